import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Whether a file has the SHA-256 that the build wrote down; true where it wrote none. Time: some
 * milliseconds for a file of some megabytes.
 */
export function isAsBuilt(path: string, sha256: string | undefined): boolean {
  if (sha256 === undefined) return true;
  return createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
}
