import { inflateSync } from 'node:zlib';

/** Decodes the zlib format to at most `length` bytes. */
export function inflateBytes(packed: Uint8Array, length: number): Uint8Array {
  return inflateSync(packed, { maxOutputLength: length });
}
