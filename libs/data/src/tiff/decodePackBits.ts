/**
 * Unpacks PackBits run-length coding.
 *
 * A count n from 0 to 127 is followed by n + 1 bytes as they are, from -127 to -1 by one byte that
 * stands 1 - n times; -128 stands for nothing. Source: TIFF 6.0, section 9.
 *
 * @param length - Bytes to unpack at most; what follows is ignored.
 * @returns The unpacked bytes, fewer than `length` when the input ends early.
 */
export function decodePackBits(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let filled = 0;
  let at = 0;
  while (at < packed.length && filled < length) {
    const count = (packed[at++] << 24) >> 24;
    if (count === -128) continue;
    if (count >= 0) {
      const run = packed.subarray(at, at + Math.min(count + 1, length - filled));
      output.set(run, filled);
      filled += run.length;
      at += count + 1;
    } else if (at < packed.length) {
      const end = Math.min(length, filled + 1 - count);
      output.fill(packed[at++], filled, end);
      filled = end;
    }
  }
  return output.subarray(0, filled);
}
