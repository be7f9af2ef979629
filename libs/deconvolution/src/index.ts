export { deconvolveClassically } from './deconvolveClassically.ts';
export { deconvolveFile, type FileReport } from './deconvolveFile.ts';
export type { ScoredTruth } from './iterationLog.ts';
export { gaussianGuess } from './gaussianGuess.ts';
export { type PsfSource, stackPsf, type StackPsf } from './stackPsf.ts';
