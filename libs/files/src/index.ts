export { availableMemoryBytes } from './availableMemoryBytes.ts';
export {
  EXPERIMENTS_DIRECTORY,
  IS_PACKAGE,
  makeFolders,
  programVersion,
  PROJECT_ROOT,
  RESULTS_DIRECTORY,
} from './folders.ts';
export { type GitState, readGitState } from './gitState.ts';
export { fileHash, readIfThere } from './readFile.ts';
export { type FolderLock, lockFolder } from './folderLock.ts';
export { useRunFolder } from './runFolder.ts';
export { explainWriteError, syncFolder, writeFileAtomically } from './writeFileAtomically.ts';
