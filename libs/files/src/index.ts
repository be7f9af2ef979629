export { availableMemoryBytes } from './availableMemoryBytes.ts';
export { fileHash } from './fileHash.ts';
export { makeFolders } from './makeFolders.ts';
export { EXPERIMENTS_DIRECTORY, PROJECT_ROOT, RESULTS_DIRECTORY } from './projectPaths.ts';
export { readIfThere } from './readIfThere.ts';
export { lockRun, useRunFolder } from './runFolder.ts';
export { explainWriteError, syncFolder, writeFileAtomically } from './writeFileAtomically.ts';
