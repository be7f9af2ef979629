export { deconvolveFileWithModel, type ModelFileReport } from './deconvolveFileWithModel.ts';
export {
  deconvolveWithModel,
  type ModelDeconvolutionOptions,
  predictTiles,
} from './deconvolveWithModel.ts';
export { encodeNpy, modelWeights, writeBioimagePackage } from './export/bioimagePackage.ts';
export { generatorToOnnx } from './export/onnx.ts';
export {
  chooseTiles,
  explainGpuMemory,
  explainTileMemory,
  smallerTiles,
  tileMemoryBytes,
} from './gpuMemory.ts';
export { reblur } from './kernelResidual.ts';
export { type LoadedModel, loadModel } from './loadModel.ts';
export { METHOD_CITATION, MODEL_FILES } from './modelFiles.ts';
export { type ModelFacts, modelOfTrainer, readBlurKernel, testPatch } from './modelOfTrainer.ts';
export { applyWhole, predictVolume, type InferenceSettings } from './predictVolume.ts';
export { checkModelPlace, type ModelContent, writeModelFolder } from './writeModelFolder.ts';
