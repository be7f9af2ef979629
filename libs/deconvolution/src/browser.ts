/**
 * @file The library as a browser takes it: `@blurcycle/deconvolution` under the condition
 *   `browser`. Volumes in, volumes out; what reads and writes files is left out.
 */
export { findBadVoxels } from './badVoxels.ts';
export { blurAgain } from './blurAgain.ts';
export { classicalMemoryBytes } from './classicalMemory.ts';
export { deconvolveClassically, deconvolveOnDevice } from './deconvolveClassically.ts';
export { fitPsf, type PsfOptics, reachOf, type StackPsf } from './fitPsf.ts';
export { judgeResult, subtractOffset } from './light.ts';
