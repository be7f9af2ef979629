import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { globSync, isDynamicPattern } from 'tinyglobby';

/**
 * The TIFF files that match patterns, folders and plain names, sorted, without duplicates.
 *
 * Shells expand an unquoted pattern themselves; a quoted one is expanded here, the same on every
 * system.
 *
 * @param where - Start of the message.
 * @param name - Option or setting to name in the message.
 * @param directory - What patterns start from. @defaultValue the working directory
 * @throws {InputError} If one of them matches no file.
 */
export function expandPatterns(
  where: string,
  name: string,
  patterns: readonly string[],
  directory?: string,
): string[] {
  const files = patterns.flatMap((given) => {
    const pattern = directory === undefined ? given : resolve(directory, given);
    const folder = isFolder(pattern);
    // A plain name, and the name of a file with brackets in it, are taken as they are: the reader
    // reports what is wrong with them.
    if (!folder && (existsSync(pattern) || !isDynamicPattern(pattern))) return [pattern];
    const options = { absolute: isAbsolute(pattern) };
    const found = folder
      ? globSync('*.{tif,tiff,TIF,TIFF}', { cwd: pattern }).map((name) => join(pattern, name))
      : globSync(pattern.replaceAll('\\', '/'), options);
    if (found.length === 0) {
      const remedy = folder
        ? 'the folder holds no .tif or .tiff'
        : "look at it with ls; quotes keep the shell's hands off";
      throw new InputError(describeViolation(where, name, 'name TIFF files', given, remedy));
    }
    return found;
  });
  return [...new Set(files)].sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
