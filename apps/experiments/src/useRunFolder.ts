import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { explainWriteError } from '@blurcycle/data';
import { explainRefusal, makeFolders } from './makeFolders.ts';
import { lockRun, type RunLock } from './runLock.ts';

/**
 * Does a run's work in its folder, alone: makes the folder, holds its lock, removes what a killed
 * process left half written.
 *
 * @param option - The option that chose the folder, for the line that says it cannot be written.
 * @throws {InputError} If another process holds the folder, or one line on what the file system
 *   refuses. What was saved stays.
 */
export async function useRunFolder<T>(
  folder: string,
  runId: string,
  work: () => Promise<T>,
  option = '--results-dir',
): Promise<T> {
  const lock = enter(folder, runId, option);
  try {
    await removeHalfWritten(folder);
    return await work();
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : folder;
    throw explainWriteError(error, path, runId);
  } finally {
    lock.release();
  }
}

/** Makes the folder and locks it. */
function enter(folder: string, runId: string, option: string): RunLock {
  makeFolders(folder, runId, option);
  try {
    return lockRun(folder, runId);
  } catch (error) {
    throw explainRefusal(error, resolve(folder), runId, option);
  }
}

/**
 * Files and folders under a temporary name belong to a process that is gone: this one holds the
 * lock.
 */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((entry) => /\.tmp(\.old)?$/.test(entry))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
