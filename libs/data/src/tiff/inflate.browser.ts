import { unzlibSync } from 'fflate';

/** Decodes the zlib format to at most `length` bytes; what goes beyond is not kept. */
export function inflateBytes(packed: Uint8Array, length: number): Uint8Array {
  return unzlibSync(packed, { out: new Uint8Array(length) });
}
