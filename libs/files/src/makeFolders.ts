import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';

/**
 * Makes a folder with those above it.
 *
 * @param where - What to begin the message with.
 * @param option - The option that chose the folder.
 * @throws {InputError} If that is refused; the line names the folder that exists and takes nothing.
 */
export function makeFolders(folder: string, where: string, option: string): void {
  let existing = resolve(folder);
  const missing: string[] = [];
  for (; !existsSync(existing); existing = dirname(existing)) missing.unshift(existing);
  try {
    // One by one: mkdir with `recursive` never returns where a file system answers ENOENT, as /proc
    // does (Node 20).
    for (const path of missing) {
      makeFolder(path);
      existing = path;
    }
  } catch (error) {
    throw explainRefusal(error, existing, where, option);
  }
}

/** One line for what the file system refuses in a folder; any other error as it is. */
export function explainRefusal(
  error: unknown,
  folder: string,
  where: string,
  option: string,
): unknown {
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
