import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadExperiments, type ExperimentSet } from '../src/index.ts';

/** The files that the project ships. */
export const SHIPPED = resolve(import.meta.dirname, '../../../experiments');

/**
 * The shipped files with one text replaced in one of them, loaded.
 *
 * @param file - Name of the file to change.
 * @param from - Text that must be there.
 * @param to - What stands there instead.
 */
export function loadChanged(file: string, from: string, to: string): ExperimentSet {
  return withCopy((directory) => {
    const path = join(directory, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`internal: ${file} holds no '${from}'`);
    writeFileSync(path, text.replace(from, to));
  });
}

/** The shipped files with one file added, loaded. */
export function loadWith(file: string, text: string): ExperimentSet {
  return withCopy((directory) => writeFileSync(join(directory, file), text));
}

function withCopy(change: (directory: string) => void): ExperimentSet {
  const parent = mkdtempSync(join(tmpdir(), 'blurcycle-experiments-'));
  try {
    const directory = join(parent, 'experiments');
    cpSync(SHIPPED, directory, { recursive: true });
    change(directory);
    return loadExperiments(directory);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

/** The message of what `action` throws. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('internal: nothing was thrown');
}
