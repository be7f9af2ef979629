import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { globSync, isDynamicPattern } from 'tinyglobby';

/**
 * The TIFF files that patterns, folders and plain names stand for, sorted, each once.
 *
 * Shells expand an unquoted pattern themselves; a quoted one is expanded here, the same on every system.
 *
 * @param option - Option to name in the message.
 * @throws {InputError} If one of them stands for no file.
 */
export function expandPatterns(option: string, patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => {
    const folder = isFolder(pattern);
    const wanted = folder ? join(pattern, '*.{tif,tiff,TIF,TIFF}') : pattern;
    // A plain name is taken as it is: the reader says what is wrong with it.
    const found =
      folder || isDynamicPattern(pattern)
        ? globSync(wanted.replaceAll('\\', '/'), { absolute: isAbsolute(wanted) })
        : [pattern];
    if (found.length === 0) {
      const remedy = folder
        ? 'the folder holds no .tif or .tiff'
        : "look at it with ls; quotes keep the shell's hands off";
      throw new InputError(describeViolation('fit', option, 'name TIFF files', pattern, remedy));
    }
    return found;
  });
  return [...new Set(files)].sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
