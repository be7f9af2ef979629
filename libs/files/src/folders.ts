import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';

/**
 * Root of the project, whatever the working directory is: the nearest folder with nx.json above.
 */
export const PROJECT_ROOT = findRoot(import.meta.dirname);

/** Where the experiment files are. */
export const EXPERIMENTS_DIRECTORY = resolve(PROJECT_ROOT, 'experiments');

/** Where results go. */
export const RESULTS_DIRECTORY = resolve(PROJECT_ROOT, 'results');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('internal: the project has no nx.json above its libraries');
  return findRoot(above);
}

/**
 * Creates a folder and those above it.
 *
 * @param where - What to begin the message with.
 * @param option - The option that chose the folder.
 * @throws {InputError} If the file system refuses; the line names the folder that cannot be
 *   written.
 */
export function makeFolders(folder: string, where: string, option: string): void {
  try {
    makeMissing(folder);
  } catch (error) {
    throw explainRefusal(error, deepestExisting(folder), where, option);
  }
}

/** Creates a folder and those above it; throws the errors of the file system as they are. */
export function makeMissing(folder: string): void {
  const path = resolve(folder);
  if (existsSync(path)) return;
  // One by one: mkdir with `recursive` never returns where a file system answers ENOENT, as /proc
  // does (Node 20).
  makeMissing(dirname(path));
  makeFolder(path);
}

function deepestExisting(folder: string): string {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  return existing;
}

/** An error of the file system in a folder as one line; any other error as it is. */
function explainRefusal(error: unknown, folder: string, where: string, option: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const remedy = `make it a folder that can be written, or choose another with ${option}`;
  return new InputError(
    `${where}: cannot write into '${folder}', got ${String(error.code)} (${remedy})`,
  );
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
