import { existsSync, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';
import { explainWriteError } from '@blurcycle/data';
import { lockRun, type RunLock } from './runLock.ts';

/**
 * Does a run's work in its folder, alone: makes the folder, holds its lock, removes what a killed process left half written.
 *
 * @param option - The option that chose the folder, for the line that says it cannot be written.
 * @throws {InputError} If another process holds the folder, or one line on what the file system refuses. What was saved stays.
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

/** Makes the folder, with those above it, and locks it. Refused, the line names the folder that exists and takes nothing. */
function enter(folder: string, runId: string, option: string): RunLock {
  let existing = resolve(folder);
  const missing: string[] = [];
  for (; !existsSync(existing); existing = dirname(existing)) missing.unshift(existing);
  try {
    // One by one: mkdir with `recursive` never returns where a file system answers ENOENT, as /proc does (Node 20).
    for (const path of missing) {
      makeFolder(path);
      existing = path;
    }
    return lockRun(folder, runId);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const remedy = `make it a folder that can be written, or choose another with ${option}`;
    throw new InputError(`${runId}: cannot write into '${existing}', got ${String(error.code)} (${remedy})`);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Files and folders under a temporary name belong to a process that is gone: this one holds the lock. */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((entry) => /\.tmp(\.old)?$/.test(entry))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
