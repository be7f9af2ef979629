import { linkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';
import { explainRefusal, makeFolders } from './folders.ts';
import { readIfThere } from './readFile.ts';
import { explainWriteError } from './writeFileAtomically.ts';

/** A run's folder, held for one process. */
interface RunLock {
  /** Lets the next process in. */
  release(): void;
}

/** Who holds a lock. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /**
   * Boot and clock tick at which the process started, so that a later process with the same number
   * is told apart; null where unknown.
   */
  readonly started: string | null;
}

const FILE = 'run.lock';
/** A holder says this often that it lives. */
const SIGN_OF_LIFE_MS = 30_000;
/**
 * A holder on another machine, which cannot be asked, is taken for dead after this long; far longer
 * than any training step.
 */
const SILENT_MS = 30 * 60_000;

/**
 * Holds a run's folder against a second process on the same run.
 *
 * The lock is a file that names its holder. A crash leaves the file, but not the lock: the next
 * process sees that the holder is gone and takes over.
 *
 * @throws {InputError} If a process that lives holds it.
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
      // Somebody removed the file, or the disk is gone: what is written next will tell.
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

/** Takes a dead holder's file away, unless another process was faster and has put its own there. */
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
