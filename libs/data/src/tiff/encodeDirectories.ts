import type { Rational } from './rational.ts';

/** One field of a directory: tag number and its value. */
export type TiffField = readonly [tag: number, value: TiffFieldValue];

/**
 * SHORT for numbers of 16 bits, OFFSET for positions and sizes (LONG, in BigTIFF LONG8), ASCII,
 * RATIONAL.
 */
export type TiffFieldValue =
  | { readonly short: number }
  | { readonly offset: number }
  | { readonly ascii: string }
  | { readonly rational: Rational };

const SHORT = 3;
const LONG = 4;
const ASCII = 2;
const RATIONAL = 5;
const LONG8 = 16;

/** Sizes of the parts of a directory: classic TIFF or BigTIFF. */
function layout(bigTiff: boolean) {
  return bigTiff
    ? { header: 16, count: 8, entry: 20, inline: 8, next: 8 }
    : { header: 8, count: 2, entry: 12, inline: 4, next: 4 };
}

/** Bytes of a directory and of the values it points to. */
function directoryBytes(fields: readonly TiffField[], bigTiff: boolean): number {
  const { count, entry, inline, next } = layout(bigTiff);
  const outside = fields.reduce((sum, [, value]) => {
    const size = encodeValue(value, bigTiff).bytes.length;
    return sum + (size > inline ? align(size) : 0);
  }, 0);
  return align(count + fields.length * entry + next) + outside;
}

/** Bytes that a header and the directories take up: the place where the grey values may begin. */
export function headBytes(
  directories: readonly (readonly TiffField[])[],
  bigTiff: boolean,
): number {
  return directories.reduce(
    (sum, fields) => sum + directoryBytes(fields, bigTiff),
    layout(bigTiff).header,
  );
}

/**
 * The head of a little-endian TIFF file: header, chained directories and their values; the grey
 * values follow it.
 *
 * Source: TIFF 6.0 section 2; the BigTIFF proposal for files beyond 4 GiB.
 *
 * @param directories - One list of fields for each page, each sorted by tag.
 */
export function encodeDirectories(
  directories: readonly (readonly TiffField[])[],
  bigTiff: boolean,
): Uint8Array {
  const { header, count, entry, inline, next } = layout(bigTiff);
  const head = Buffer.alloc(headBytes(directories, bigTiff));
  const putOffset = (value: number, at: number) =>
    bigTiff ? head.writeBigUInt64LE(BigInt(value), at) : head.writeUInt32LE(value, at);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(bigTiff ? 43 : 42, 2);
  if (bigTiff) head.writeUInt16LE(8, 4);
  putOffset(header, bigTiff ? 8 : 4);
  let start = header;
  directories.forEach((fields, page) => {
    if (bigTiff) head.writeBigUInt64LE(BigInt(fields.length), start);
    else head.writeUInt16LE(fields.length, start);
    let outside = align(start + count + fields.length * entry + next);
    fields.forEach(([tag, value], i) => {
      const at = start + count + i * entry;
      const { type, length, bytes } = encodeValue(value, bigTiff);
      head.writeUInt16LE(tag, at);
      head.writeUInt16LE(type, at + 2);
      putOffset(length, at + 4);
      const valueAt = at + entry - inline;
      if (bytes.length > inline) {
        putOffset(outside, valueAt);
        bytes.copy(head, outside);
        outside += align(bytes.length);
      } else {
        bytes.copy(head, valueAt);
      }
    });
    putOffset(page + 1 < directories.length ? outside : 0, start + count + fields.length * entry);
    start = outside;
  });
  return head;
}

function encodeValue(
  value: TiffFieldValue,
  bigTiff: boolean,
): { type: number; length: number; bytes: Buffer } {
  if ('short' in value) {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value.short);
    return { type: SHORT, length: 1, bytes };
  }
  if ('offset' in value) {
    const bytes = Buffer.alloc(bigTiff ? 8 : 4);
    if (bigTiff) bytes.writeBigUInt64LE(BigInt(value.offset));
    else bytes.writeUInt32LE(value.offset);
    return { type: bigTiff ? LONG8 : LONG, length: 1, bytes };
  }
  if ('ascii' in value) {
    const bytes = Buffer.from(`${value.ascii}\0`, 'latin1');
    return { type: ASCII, length: bytes.length, bytes };
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value.rational[0], 0);
  bytes.writeUInt32LE(value.rational[1], 4);
  return { type: RATIONAL, length: 1, bytes };
}

/** Rounded up to eight bytes, so that grey values of any type are aligned. */
function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
