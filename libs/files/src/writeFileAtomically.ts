import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { makeMissing } from './folders.ts';

/** What to do about each error of the file system. */
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

/** What a file is to hold: text, bytes, or what a function writes into the open file. */
type FileContent = string | Uint8Array | ((file: FileHandle) => Promise<void>);

/** How a file is written. */
interface WriteFileOptions {
  /** Create missing folders above the file. @defaultValue false */
  readonly parents?: boolean;
}

/**
 * Writes a file so that its name holds either what it held before or all of the new content, never
 * a part.
 *
 * The content goes to a temporary name in the same folder, reaches the disk, and only then takes
 * the name. When anything fails the temporary file is removed. A symbolic link stays one: the file
 * behind it is replaced.
 *
 * @param path - File to write or replace.
 * @param where - Name of the caller, for the error line.
 * @throws {InputError} One line that names the file, the reason and what to do, when the file
 *   system refuses.
 */
export async function writeFileAtomically(
  path: string,
  where: string,
  content: FileContent,
  { parents = false }: WriteFileOptions = {},
): Promise<void> {
  const target = await followLinks(path, where);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    if (parents) makeMissing(dirname(target));
    const file = await open(temporary, 'wx');
    try {
      await (typeof content === 'function' ? content(file) : file.writeFile(content));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainWriteError(error, path, where);
  }
}

/**
 * The file behind symbolic links, which stay links.
 *
 * @throws {InputError} If something else has the name: a device or a pipe would be replaced.
 */
async function followLinks(path: string, where: string): Promise<string> {
  const target = await realpath(path).catch(() => path);
  const there = await stat(target).catch(() => undefined);
  if (there === undefined || there.isFile() || there.isDirectory()) return target;
  const rule = 'be a file, as it is replaced as a whole';
  throw new InputError(describeViolation(where, 'output', rule, path, 'name a file'));
}

/**
 * Flushes the entries of a folder to the disk, so that new names survive a power cut; does nothing
 * where the system cannot sync folders.
 */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The files are complete and have their names; some systems (Windows, network shares) do not
    // sync folders.
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
