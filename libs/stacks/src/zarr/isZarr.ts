import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files that say what a folder of Zarr is: versions 2 and 3. */
export const ZARR_METADATA: readonly string[] = ['zarr.json', '.zgroup', '.zarray', '.zattrs'];

/** Under this name the attributes of what this program wrote tell how it was made. */
export const MARK = 'blurcycle';

/** Whether a path names a Zarr folder, by its ending or by what lies in it. */
export function isZarr(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return endsAsZarr(path) || ZARR_METADATA.some((name) => existsSync(join(path, name)));
}

/** Whether a name ends as those of Zarr folders do. */
export function endsAsZarr(path: string): boolean {
  return /\.zarr[/\\]*$/i.test(path);
}

/** Whether a folder was written by this program, so that it may be replaced. */
export function isOwnZarr(path: string): boolean {
  try {
    const attributes: unknown = JSON.parse(readFileSync(join(path, '.zattrs'), 'utf8'));
    return typeof attributes === 'object' && attributes !== null && MARK in attributes;
  } catch {
    return false;
  }
}
