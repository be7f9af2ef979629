import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of a file's bytes, 64 hexadecimal digits. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Text of a file, or null when it is not there; any other error is thrown. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && MISSING.includes(error.code)) return null;
    throw error;
  }
}

/** ENOTDIR: a part of the path is a file, so that nothing can be behind it. */
const MISSING: readonly unknown[] = ['ENOENT', 'ENOTDIR'];
