import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderLock, lockFolder, type LockOptions } from './folderLock.ts';
import { makeFolders } from './folders.ts';
import { explainWriteError } from './writeFileAtomically.ts';

/** How the folder of a run is used. */
interface UseRunFolderOptions extends Omit<LockOptions, 'file'> {
  /** The option that chose the folder, for the error line. @defaultValue '--results-dir' */
  readonly option?: string;
}

/**
 * Does the work of a run in its folder under its lock; before that it creates the folder and
 * removes half-written files of a killed process.
 *
 * @throws {InputError} If another process holds the folder and `wait` is not set, or the file
 *   system refuses something. What was saved stays.
 */
export async function useRunFolder<T>(
  folder: string,
  runId: string,
  work: (lock: Omit<FolderLock, 'release'>) => Promise<T>,
  { option = '--results-dir', ...options }: UseRunFolderOptions = {},
): Promise<T> {
  makeFolders(folder, runId, option);
  const lock = await lockFolder(folder, runId, options);
  try {
    await removeHalfWritten(folder);
    return await work(lock);
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : folder;
    throw explainWriteError(error, path, runId);
  } finally {
    lock.release();
  }
}

/** Names that this program gives to what is not yet whole: `.name.<UUID>.tmp`, and `.tmp.old`. */
const HALF_WRITTEN = /(^|\/)\.[^/]+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp(\.old)?$/;

/**
 * Removes files and folders under a temporary name. As this process holds the lock, they belong to
 * one that has ended.
 */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((entry) => HALF_WRITTEN.test(entry.replaceAll('\\', '/')))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
