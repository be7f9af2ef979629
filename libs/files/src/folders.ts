import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';

/** Folder and file that the project has, and the package that is made of it. */
const DEFAULTS = 'experiments/_defaults.yaml';

/**
 * Root of the project, or of the installed package, whatever the working directory is: the nearest
 * folder above with the defaults of experiments.
 */
export const PROJECT_ROOT = findRoot(import.meta.dirname);

/** Whether this is the package that npm installed, not a clone of the project. */
export const IS_PACKAGE = !existsSync(join(PROJECT_ROOT, 'nx.json'));

/** Where the experiment files are. */
export const EXPERIMENTS_DIRECTORY = resolve(PROJECT_ROOT, 'experiments');

/** Where results go. */
export const RESULTS_DIRECTORY = IS_PACKAGE ? resolve('results') : resolve(PROJECT_ROOT, 'results');

/** Version of the program. */
export function programVersion(): string {
  const text = readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, DEFAULTS))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error(`internal: no ${DEFAULTS} lies above the libraries`);
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
