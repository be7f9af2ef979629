const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const TABLE_SIZE = 4096;

/**
 * Unpacks TIFF's LZW coding: codes of 9 to 12 bits, most significant bit first, that widen one code
 * early.
 *
 * A table entry is kept as the place and length of its bytes in the output, so that no string is
 * ever built and every step is bounded, whatever the codes are. Source: TIFF 6.0, section 13.
 *
 * @param length - Bytes to unpack at most; what follows is ignored.
 * @returns The unpacked bytes, fewer than `length` when the input ends early.
 * @throws {Error} For a code that the table does not hold yet.
 */
export function decodeLzw(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  const starts = new Uint32Array(TABLE_SIZE);
  const lengths = new Uint32Array(TABLE_SIZE);
  let free = FIRST_FREE;
  let width = 9;
  let bits = 0;
  let held = 0;
  let filled = 0;
  let previousStart = -1;
  let previousLength = 0;
  let at = 0;
  while (filled < length) {
    while (held < width && at < packed.length) {
      bits = ((bits << 8) | packed[at++]) & 0xffffff;
      held += 8;
    }
    if (held < width) break;
    held -= width;
    const code = (bits >>> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      free = FIRST_FREE;
      width = 9;
      previousStart = -1;
      continue;
    }
    const start = filled;
    let count = 1;
    if (code < CLEAR) {
      output[filled++] = code;
    } else {
      const isNext = code === free && previousStart >= 0;
      if (code >= free && !isNext) {
        throw new Error(`a block of LZW-compressed values is damaged (code ${code} of ${free})`);
      }
      const source = isNext ? previousStart : starts[code];
      count = isNext ? previousLength + 1 : lengths[code];
      // Byte by byte: the new entry's last byte is the first one written here.
      for (let i = 0; i < count && filled < length; i++) output[filled++] = output[source + i];
    }
    if (previousStart >= 0 && free < TABLE_SIZE) {
      // The entry is the previous string and the byte after it, which lie side by side in the
      // output.
      starts[free] = previousStart;
      lengths[free] = previousLength + 1;
      free++;
    }
    previousStart = start;
    previousLength = count;
    if (free >= (1 << width) - 1 && width < 12) width++;
  }
  return output.subarray(0, filled);
}
