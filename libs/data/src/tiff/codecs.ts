import { inflateBytes } from '#inflate';

/** A compression of blocks: its name, and the most bytes that one compressed byte can expand to. */
export interface Compression {
  readonly name: string;
  readonly largestExpansion: number;
  readonly decode: (packed: Uint8Array, length: number) => Uint8Array;
}

function inflate(packed: Uint8Array, length: number): Uint8Array {
  try {
    return inflateBytes(packed, length);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`a block of deflate-compressed values is damaged (${reason})`, {
      cause: error,
    });
  }
}

const DEFLATE: Compression = {
  name: 'deflate',
  // 258 bytes from two bits at best (RFC 1951).
  largestExpansion: 1032,
  decode: inflate,
};

/**
 * The lossless compressions that this library reads, by the number in the tag Compression.
 *
 * The decoders of `geotiff` (3.0.5) neither bound their output nor handle damage: its LZW decoder
 * loops forever on codes past the end of the table, its PackBits decoder expands the no-operation
 * byte to 129 values.
 */
export const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: { name: 'none', largestExpansion: 1, decode: (packed) => packed },
  // 12 bits expand to at most 4096 bytes.
  5: { name: 'LZW', largestExpansion: 2731, decode: decodeLzw },
  8: DEFLATE,
  32946: DEFLATE,
  // Two bytes expand to at most 128.
  32773: { name: 'PackBits', largestExpansion: 64, decode: decodePackBits },
};

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const TABLE_SIZE = 4096;

/**
 * Decodes the LZW compression of TIFF: codes of 9 to 12 bits, most significant bit first, whose
 * width grows one code early.
 *
 * A table entry is the position and length of its bytes in the output, so that no string is built
 * and every step is bounded for any codes. Source: TIFF 6.0, section 13.
 *
 * @param length - Largest number of bytes to decode; the rest is ignored.
 * @returns The decoded bytes, fewer than `length` if the input ends early.
 * @throws {Error} For a code that is not in the table yet.
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
      // The entry is the previous string and the byte after it, which are adjacent in the output.
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

/**
 * Decodes PackBits run-length compression.
 *
 * A count n from 0 to 127 precedes n + 1 literal bytes, one from -127 to -1 a byte that is repeated
 * 1 - n times; -128 is a no-operation. Source: TIFF 6.0, section 9.
 *
 * @param length - Largest number of bytes to decode; the rest is ignored.
 * @returns The decoded bytes, fewer than `length` if the input ends early.
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

/** Geometry of one decoded block. */
interface BlockRows {
  /** All samples of all pixels of a row. */
  readonly valuesPerRow: number;
  readonly rows: number;
  /** Values from one pixel to the next: the interleaved samples. */
  readonly stride: number;
}

/**
 * Integrates the differences of neighboring values in place (predictor 2).
 *
 * Source: TIFF 6.0, section 14. Overflow wraps, as in the subtraction of the writer.
 *
 * @param bytes - Decoded block in the byte order of this machine, aligned to its values.
 */
export function undoHorizontalDifferences(
  bytes: Uint8Array,
  size: 1 | 2 | 4 | 8,
  block: BlockRows,
): void {
  const count = Math.floor(bytes.length / size);
  const { valuesPerRow, rows, stride } = block;
  const accumulate = (values: Uint8Array | Uint16Array | Uint32Array) => {
    for (let row = 0; row < rows; row++) {
      const end = Math.min((row + 1) * valuesPerRow, values.length);
      for (let i = row * valuesPerRow + stride; i < end; i++) values[i] += values[i - stride];
    }
  };
  if (size === 1) accumulate(bytes);
  else if (size === 2) accumulate(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  else if (size === 4) accumulate(new Uint32Array(bytes.buffer, bytes.byteOffset, count));
  else {
    const values = new BigUint64Array(bytes.buffer, bytes.byteOffset, count);
    for (let row = 0; row < rows; row++) {
      const end = Math.min((row + 1) * valuesPerRow, values.length);
      for (let i = row * valuesPerRow + stride; i < end; i++) values[i] += values[i - stride];
    }
  }
}

/**
 * Restores floating-point values whose bytes were sorted by significance and differenced (predictor
 * 3), in place.
 *
 * Source: Adobe Photoshop TIFF Technical Note 3. The most significant bytes are first for any byte
 * order of the file; `littleEndian` is the byte order of the result.
 */
export function undoFloatingPointPredictor(
  bytes: Uint8Array,
  size: 1 | 2 | 4 | 8,
  block: BlockRows,
  littleEndian: boolean,
): void {
  const { valuesPerRow, rows, stride } = block;
  const rowBytes = valuesPerRow * size;
  for (let row = 0; row < rows; row++) {
    const line = bytes.subarray(row * rowBytes, (row + 1) * rowBytes);
    for (let i = stride; i < line.length; i++) line[i] += line[i - stride];
    const sorted = line.slice();
    for (let i = 0; i < valuesPerRow; i++) {
      for (let significance = 0; significance < size; significance++) {
        const byte = littleEndian ? size - 1 - significance : significance;
        line[i * size + byte] = sorted[significance * valuesPerRow + i];
      }
    }
  }
}
