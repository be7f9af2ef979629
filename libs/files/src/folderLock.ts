import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InputError } from '@blurcycle/core';
import { readIfThere } from './readFile.ts';
import { explainWriteError } from './writeFileAtomically.ts';

/** A folder that is locked for one process. */
export interface FolderLock {
  /** Whether another process held it when this one asked. */
  readonly waited: boolean;
  /**
   * Checks that the folder is still this process's own.
   *
   * @throws {InputError} If somebody removed or replaced the lock, so that another process may be
   *   at work.
   */
  readonly assertHeld: () => void;
  /** Unlocks the folder. */
  readonly release: () => void;
}

/** How a folder is locked. */
export interface LockOptions {
  /** Wait for another process to unlock it. @defaultValue false */
  readonly wait?: boolean;
  /** Called once with who holds it, before waiting. */
  readonly onWait?: (holder: string) => void;
  /** Name of the lock file. @defaultValue 'run.lock' */
  readonly file?: string;
}

/** How often to ask again for a lock that another process holds. */
const ASK_AGAIN_MS = 500;
/**
 * The byte that is locked: behind the text, as some systems let nobody read what is locked. Files
 * may be locked behind their end.
 */
const LOCKED_BYTE = 1 << 30;

// The package has no types.
const { tryLock } = createRequire(import.meta.url)('fs-native-extensions') as {
  /** False when another open file holds the byte. */
  tryLock: (file: number, offset: number, length: number) => boolean;
};

/**
 * Locks a folder, so that no second process works in it.
 *
 * The operating system keeps the lock (of the open file description; LockFileEx on Windows), also
 * for other machines where the file system is shared. So it ends with the process, however that
 * ends, and neither process numbers nor clocks play a part.
 *
 * @param folder - It exists.
 * @param who - What wants it, for messages: `proposed-s0`.
 * @throws {InputError} If another process holds it and `wait` is not set, or where the file system
 *   has no locks.
 */
export async function lockFolder(
  folder: string,
  who: string,
  { wait = false, onWait, file = 'run.lock' }: LockOptions = {},
): Promise<FolderLock> {
  const path = join(folder, file);
  for (let waited = false; ; waited = true) {
    const locked = tryFile(path, who);
    if (locked !== null) return hold(locked, path, who, waited);
    const holder = describeHolder(path);
    if (!wait) {
      throw new InputError(
        `${who}: ${folder} must be used by one process at a time, got ${holder} (wait for it, or stop it first)`,
      );
    }
    if (!waited) onWait?.(holder);
    await pause(ASK_AGAIN_MS);
  }
}

/** The open and locked file, which names its holder; null when another process has the lock. */
function tryFile(path: string, who: string): number | null {
  for (;;) {
    const file = openLockFile(path, who);
    try {
      if (!tryLock(file, LOCKED_BYTE, 1)) {
        closeSync(file);
        return null;
      }
    } catch (error) {
      closeSync(file);
      throw explainNoLocks(error, path, who);
    }
    // Its holder may have removed the file between the two calls: then the lock is on no name.
    if (isAt(file, path)) {
      ftruncateSync(file);
      writeSync(file, JSON.stringify({ host: hostname(), pid: process.pid }), 0);
      return file;
    }
    closeSync(file);
  }
}

function openLockFile(path: string, who: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
  } catch (error) {
    throw explainWriteError(error, path, who);
  }
}

function hold(file: number, path: string, who: string, waited: boolean): FolderLock {
  return {
    waited,
    assertHeld() {
      if (isAt(file, path)) return;
      throw new InputError(
        `${who}: ${path} must stay while the work goes on, got a removed or another file (do not remove it; the same command goes on from the last checkpoint)`,
      );
    },
    release() {
      if (isAt(file, path)) rmSync(path, { force: true });
      closeSync(file);
    },
  };
}

/** Whether an open file is the one that has the name. */
function isAt(file: number, path: string): boolean {
  const named = statSync(path, { bigint: true, throwIfNoEntry: false });
  const opened = fstatSync(file, { bigint: true });
  return named?.ino === opened.ino && named.dev === opened.dev;
}

function describeHolder(path: string): string {
  try {
    const { host, pid } = JSON.parse(readIfThere(path) ?? '') as Record<string, unknown>;
    if (typeof host === 'string' && typeof pid === 'number') return `process ${pid} of ${host}`;
  } catch {
    // It has the lock and has not yet written its name.
  }
  return 'another process';
}

function explainNoLocks(error: unknown, path: string, who: string): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  return new InputError(
    `${who}: cannot lock '${path}', got ${String(error.code)} (the file system has no locks: choose a folder on another one)`,
  );
}
