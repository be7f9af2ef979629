import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explainWriteError } from '@blurcycle/data';
import { lockRun } from './runLock.ts';

/**
 * Does a run's work in its folder, alone: makes the folder, holds its lock, removes what a killed process left half written.
 *
 * @throws {InputError} If another process holds the folder, or one line on what the file system refuses. What was saved stays.
 */
export async function useRunFolder<T>(folder: string, runId: string, work: () => Promise<T>): Promise<T> {
  try {
    await mkdir(folder, { recursive: true });
    const lock = lockRun(folder, runId);
    try {
      await removeHalfWritten(folder);
      return await work();
    } finally {
      lock.release();
    }
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : folder;
    throw explainWriteError(error, path, runId);
  }
}

/** Files and folders under a temporary name belong to a process that is gone: this one holds the lock. */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((entry) => /\.tmp(\.old)?$/.test(entry))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
