/**
 * @file The library as a browser takes it: `@blurcycle/inference` under the condition `browser`.
 *   Models come as files that a page was given; what reads and writes folders is left out.
 */
export { deconvolveWithModel, type ModelDeconvolution } from './deconvolveWithModel.ts';
export { compareVoxels, judgeTrust, refuseNoise } from './judgeModelResult.ts';
export { asPsf } from './kernelResidual.ts';
export { MODEL_FILES } from './modelFileNames.ts';
export { type LoadedModel, type ModelSource, prepareModel, readConfig } from './readModel.ts';
