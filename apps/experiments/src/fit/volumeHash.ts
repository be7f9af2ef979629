import { createHash } from 'node:crypto';
import type { Volume } from '@blurcycle/core';

/**
 * SHA-256 of the shape and values of a volume; its voxel size has no part in the numbers of a
 * training.
 */
export function volumeHash({ shape, data }: Volume): string {
  const hash = createHash('sha256').update(shape.join('x'));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}
