import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { endsAsZarr, isZarr } from './zarr/isZarr.ts';

/**
 * The TIFF files and folders of OME-Zarr that match patterns, folders and plain names, sorted,
 * without duplicates.
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
    const folder = isFolder(pattern) && !isZarr(pattern);
    // A plain name, and the name of a file with brackets in it, are taken as they are: the reader
    // reports what is wrong with them.
    if (!folder && (existsSync(pattern) || !isDynamicPattern(pattern))) return [pattern];
    const found = folder
      ? [
          ...globSync('*.{tif,tiff,TIF,TIFF}', { cwd: pattern }),
          ...zarrFolders('*', { cwd: pattern }),
        ].map((name) => join(pattern, name))
      : matches(pattern.replaceAll('\\', '/'));
    if (found.length === 0) {
      const remedy = folder
        ? 'the folder holds no .tif, .tiff or .zarr'
        : "look at it with ls; quotes keep the shell's hands off";
      throw new InputError(describeViolation(where, name, 'name TIFF files', given, remedy));
    }
    return found;
  });
  return [...new Set(files)].sort();
}

/** Files, but not those in folders of OME-Zarr, and these folders. */
function matches(pattern: string): string[] {
  const options = { absolute: isAbsolute(pattern) };
  const files = globSync(pattern, options).filter((file) => !/\.zarr\//i.test(file));
  return [...files, ...zarrFolders(pattern, options)];
}

function zarrFolders(
  pattern: string,
  options: { readonly cwd?: string; readonly absolute?: boolean },
): string[] {
  return globSync(pattern, { ...options, onlyDirectories: true, expandDirectories: false })
    .map((folder) => folder.replace(/\/$/, ''))
    .filter(endsAsZarr);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
