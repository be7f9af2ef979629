export { blurAgain } from './blurAgain.ts';
export { classicalMemoryBytes } from './classicalMemory.ts';
export { deconvolveClassically } from './deconvolveClassically.ts';
export { deconvolveFile, type FileReport } from './deconvolveFile.ts';
export { fitPsf, type PsfOptics, reachOf, type StackPsf } from './fitPsf.ts';
export { gaussianGuess } from './gaussianGuess.ts';
export type { ScoredTruth } from './iterationLog.ts';
export { judgeResult, subtractOffset } from './light.ts';
export { type PsfSource, stackPsf } from './stackPsf.ts';
