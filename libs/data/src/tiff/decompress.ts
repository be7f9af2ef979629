import { inflateSync } from 'node:zlib';
import { decodeLzw } from './decodeLzw.ts';
import { decodePackBits } from './decodePackBits.ts';

/**
 * A way in which blocks are packed: its name, and the most bytes that one packed byte can stand
 * for.
 */
export interface Compression {
  readonly name: string;
  readonly largestExpansion: number;
  readonly decode: (packed: Uint8Array, length: number) => Uint8Array;
}

function inflate(packed: Uint8Array, length: number): Uint8Array {
  try {
    return inflateSync(packed, { maxOutputLength: length });
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
 * The lossless codings that this library reads, by the number in the tag Compression.
 *
 * They stand here and not in `geotiff` because its own (3.0.5) neither bound their output nor
 * survive damage: its LZW decoder loops forever on codes past the end of the table, its PackBits
 * turns the no-operation byte into 129 values.
 */
export const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: { name: 'none', largestExpansion: 1, decode: (packed) => packed },
  // 12 bits stand for at most 4096 bytes.
  5: { name: 'LZW', largestExpansion: 2731, decode: decodeLzw },
  8: DEFLATE,
  32946: DEFLATE,
  // Two bytes stand for at most 128.
  32773: { name: 'PackBits', largestExpansion: 64, decode: decodePackBits },
};
