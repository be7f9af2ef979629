import { linkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';
import { explainRefusal, makeFolders } from './folders.ts';
import { readIfThere } from './readFile.ts';
import { explainWriteError } from './writeFileAtomically.ts';

/** A run's folder, locked for one process. */
interface RunLock {
  /** Unlocks the folder. */
  release(): void;
}

/** Who holds a lock. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /**
   * Boot and clock tick at which the process started, to tell it from a later process with the same
   * number; null where unknown.
   */
  readonly started: string | null;
}

const FILE = 'run.lock';
/** How often a holder renews its lock. */
const SIGN_OF_LIFE_MS = 30_000;
/**
 * A lock from another machine, whose processes cannot be checked, expires when it is not renewed
 * for this long; far longer than any training step.
 */
const SILENT_MS = 30 * 60_000;

/**
 * Locks a run's folder, so that no second process works on the same run.
 *
 * The lock is a file that names its holder. A crash leaves the file, but not the lock: the next
 * process sees that the holder has ended and takes over.
 *
 * @throws {InputError} If a running process holds it.
 */
export function lockRun(folder: string, runId: string): RunLock {
  const path = join(folder, FILE);
  const own = JSON.stringify(describeProcess(process.pid));
  for (;;) {
    if (createWhole(path, own)) return hold(path, own);
    const found = readIfThere(path);
    if (found === null) continue; // released meanwhile
    const holder = parseHolder(found);
    if (holder !== null && lives(holder, path)) {
      throw new InputError(
        `${runId}: ${folder} must be used by one process at a time, got process ${holder.pid} of ${holder.host} (wait for it, or stop it first)`,
      );
    }
    remove(path, found);
  }
}

/** The file appears with all of its content, or not at all; false when there is one already. */
function createWhole(path: string, content: string): boolean {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function hold(path: string, own: string): RunLock {
  const sign = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // The file was removed, or the disk is gone: the next write reports it.
    }
  }, SIGN_OF_LIFE_MS);
  sign.unref();
  return {
    release() {
      clearInterval(sign);
      if (readIfThere(path) === own) rmSync(path, { force: true });
    },
  };
}

/** Removes the lock of an ended process, unless another process has replaced it meanwhile. */
function remove(path: string, dead: string): void {
  const aside = `${path}.${process.pid}.old.tmp`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== dead) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}

function lives(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - statSync(path).mtimeMs < SILENT_MS;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false; // EPERM: it lives and belongs to somebody else
  }
  return holder.started === null || holder.started === describeProcess(holder.pid).started;
}

function describeProcess(pid: number): Holder {
  const status = readIfThere(`/proc/${pid}/stat`);
  const boot = readIfThere('/proc/sys/kernel/random/boot_id');
  // The name, second field, is in brackets and may hold anything; the start is the 22nd field, the
  // 20th after the name.
  const tick = status?.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  const started = tick === undefined || boot === null ? null : `${boot.trim()}/${tick}`;
  return { host: hostname(), pid, started };
}

function parseHolder(text: string): Holder | null {
  try {
    const { host, pid, started } = JSON.parse(text) as Partial<Holder>;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid) || pid === undefined) return null;
    return { host, pid, started: typeof started === 'string' ? started : null };
  } catch {
    return null;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/**
 * Does the work of a run in its folder under its lock; before that it creates the folder and
 * removes half-written files of a killed process.
 *
 * @param option - The option that chose the folder, for the error line.
 * @throws {InputError} If another process holds the folder or the file system refuses something.
 *   What was saved stays.
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

/** Creates the folder and locks it. */
function enter(folder: string, runId: string, option: string): RunLock {
  makeFolders(folder, runId, option);
  try {
    return lockRun(folder, runId);
  } catch (error) {
    throw explainRefusal(error, resolve(folder), runId, option);
  }
}

/**
 * Removes files and folders under a temporary name. As this process holds the lock, they belong to
 * one that has ended.
 */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((entry) => /\.tmp(\.old)?$/.test(entry))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
