import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '@blurcycle/core';

/** What to do about the ways in which writing a file fails. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space or write elsewhere',
  EDQUOT: 'the quota is used up: free some space or write elsewhere',
  EFBIG: 'the file system takes no file of that size: write elsewhere',
  EACCES: 'no permission to write there: choose another folder',
  EPERM: 'no permission to write there: choose another folder',
  EROFS: 'the folder is read-only: choose another',
  ENOENT: 'the folder does not exist: create it first',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'a folder of that name exists: choose another name',
  ENAMETOOLONG: 'the name is too long: choose a shorter one',
};

/**
 * Writes a file so that its name holds either what it held before or all of the new content, never
 * a part.
 *
 * The content goes to a temporary name in the same folder, reaches the disk, and only then takes
 * the name. When anything fails the temporary file is removed.
 *
 * @param path - File to write or replace.
 * @param where - Name of the caller, for the error line.
 * @param write - Writes the content into the open file.
 * @throws {InputError} One line that names the file, the reason and what to do, when the file
 *   system refuses.
 */
export async function writeFileAtomically(
  path: string,
  where: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainWriteError(error, path, where);
  }
}

/**
 * Makes the new name itself survive a power cut; folders that can not be synced are left to the
 * system.
 */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is complete and has its name; some systems (Windows, network shares) do not sync
    // folders.
  }
}

/**
 * An error of the file system as one line that names the file, the reason and what to do; any other
 * error as it is.
 *
 * @param where - Name of the caller, for the error line.
 */
export function explainWriteError(error: unknown, path: string, where: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return error;
  const remedy = REMEDIES[error.code] ?? 'choose another place';
  return new InputError(`${where}: cannot write '${path}', got ${error.code} (${remedy})`);
}
