import {
  assertRange,
  type Shape3,
  type TiffFormat,
  type VoxelSizeUm,
  type WritableSampleType,
} from '@blurcycle/core';
import { SAMPLE_LAYOUTS, TAG } from './tags.ts';

/** Offsets of classic TIFF have 32 bits. */
const CLASSIC_LIMIT = 2 ** 32;

/**
 * The directories of an uncompressed stack, one for each plane, with the offset of its values.
 *
 * If the file would exceed 4 GiB, the form of ImageJ has only the first directory, as in ImageJ
 * (the description states how many planes follow), and OME-TIFF becomes BigTIFF.
 *
 * @param description - ImageDescription of the first page.
 * @param limit - Smallest size at which offsets no longer fit; for tests.
 */
export function planStackDirectories(
  shape: Shape3,
  voxelSizeUm: VoxelSizeUm,
  sampleType: WritableSampleType,
  format: TiffFormat,
  description: string,
  limit = CLASSIC_LIMIT,
): { readonly directories: readonly (readonly TiffField[])[]; readonly bigTiff: boolean } {
  const [depth, height, width] = shape;
  const { bytes, format: sampleFormat } = SAMPLE_LAYOUTS[sampleType];
  const planeBytes = height * width * bytes;
  assertRange(
    planeBytes < CLASSIC_LIMIT,
    'writeTiffStack',
    'a plane',
    'be below 4 GiB',
    planeBytes,
  );
  const page = (index: number, firstValue: number): TiffField[] => [
    [TAG.newSubfileType, { offset: 0 }],
    [TAG.imageWidth, { offset: width }],
    [TAG.imageLength, { offset: height }],
    [TAG.bitsPerSample, { short: 8 * bytes }],
    [TAG.compression, { short: 1 }],
    [TAG.photometricInterpretation, { short: 1 }],
    ...(index === 0 ? [[TAG.imageDescription, { ascii: description }] as const] : []),
    [TAG.stripOffsets, { offset: firstValue + index * planeBytes }],
    [TAG.samplesPerPixel, { short: 1 }],
    [TAG.rowsPerStrip, { offset: height }],
    [TAG.stripByteCounts, { offset: planeBytes }],
    [TAG.xResolution, { rational: nearestRational(1 / voxelSizeUm[2]) }],
    [TAG.yResolution, { rational: nearestRational(1 / voxelSizeUm[1]) }],
    // TIFF has no code for the micrometer; the description names the unit.
    [TAG.resolutionUnit, { short: 1 }],
    [TAG.software, { ascii: 'blurcycle' }],
    [TAG.sampleFormat, { short: sampleFormat }],
  ];
  const pages = (count: number, firstValue: number) =>
    Array.from({ length: count }, (_, index) => page(index, firstValue));
  const fits = headBytes(pages(depth, 0), false) + depth * planeBytes < limit;
  const bigTiff = !fits && format === 'ome';
  const count = fits || bigTiff ? depth : 1;
  return { directories: pages(count, headBytes(pages(count, 0), bigTiff)), bigTiff };
}

/** One field of a directory: tag number and value. */
export type TiffField = readonly [tag: number, value: TiffFieldValue];

/** SHORT, LONG (in BigTIFF LONG8) for offsets and sizes, ASCII, RATIONAL. */
type TiffFieldValue =
  | { readonly short: number }
  | { readonly offset: number }
  | { readonly ascii: string }
  | { readonly rational: Rational };

const SHORT = 3;
const LONG = 4;
const ASCII = 2;
const RATIONAL = 5;
const LONG8 = 16;

/** Bytes of the parts of a directory, in classic TIFF or BigTIFF. */
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

/** Bytes of the header and the directories, after which the gray values begin. */
function headBytes(directories: readonly (readonly TiffField[])[], bigTiff: boolean): number {
  return directories.reduce(
    (sum, fields) => sum + directoryBytes(fields, bigTiff),
    layout(bigTiff).header,
  );
}

/**
 * The head of a little-endian TIFF file: header, chained directories and their values; the gray
 * values follow it.
 *
 * Source: TIFF 6.0 section 2; the BigTIFF proposal for files beyond 4 GiB.
 *
 * @param directories - One list of fields for each page, each sorted by tag.
 */
export function encodeDirectories(
  directories: readonly (readonly TiffField[])[],
  bigTiff: boolean,
): Uint8Array<ArrayBuffer> {
  const { header, count, entry, inline, next } = layout(bigTiff);
  const head = new Uint8Array(headBytes(directories, bigTiff));
  const view = new DataView(head.buffer);
  const putShort = (value: number, at: number) => view.setUint16(at, value, true);
  const putOffset = (value: number, at: number) =>
    bigTiff ? view.setBigUint64(at, BigInt(value), true) : view.setUint32(at, value, true);
  head.set(latin1('II'));
  putShort(bigTiff ? 43 : 42, 2);
  if (bigTiff) putShort(8, 4);
  putOffset(header, bigTiff ? 8 : 4);
  let start = header;
  directories.forEach((fields, page) => {
    if (bigTiff) putOffset(fields.length, start);
    else putShort(fields.length, start);
    let outside = align(start + count + fields.length * entry + next);
    fields.forEach(([tag, value], i) => {
      const at = start + count + i * entry;
      const { type, length, bytes } = encodeValue(value, bigTiff);
      putShort(tag, at);
      putShort(type, at + 2);
      putOffset(length, at + 4);
      const valueAt = at + entry - inline;
      if (bytes.length > inline) {
        putOffset(outside, valueAt);
        head.set(bytes, outside);
        outside += align(bytes.length);
      } else {
        head.set(bytes, valueAt);
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
): { type: number; length: number; bytes: Uint8Array } {
  const word = new DataView(new ArrayBuffer(8));
  const first = (count: number) => new Uint8Array(word.buffer, 0, count);
  if ('short' in value) {
    word.setUint16(0, value.short, true);
    return { type: SHORT, length: 1, bytes: first(2) };
  }
  if ('offset' in value) {
    if (bigTiff) word.setBigUint64(0, BigInt(value.offset), true);
    else word.setUint32(0, value.offset, true);
    return { type: bigTiff ? LONG8 : LONG, length: 1, bytes: first(bigTiff ? 8 : 4) };
  }
  if ('ascii' in value) {
    const bytes = latin1(`${value.ascii}\0`);
    return { type: ASCII, length: bytes.length, bytes };
  }
  word.setUint32(0, value.rational[0], true);
  word.setUint32(4, value.rational[1], true);
  return { type: RATIONAL, length: 1, bytes: first(8) };
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Rounded up to a multiple of eight bytes, so that gray values of any type are aligned. */
function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** A positive number in the form of TIFF: two unsigned 32-bit integers. */
type Rational = readonly [numerator: number, denominator: number];

const LARGEST = 0xffffffff;

/**
 * The nearest fraction of two unsigned 32-bit integers, by continued fractions.
 *
 * Exact for the reciprocals of short decimals: 1/0.13 becomes 100/13.
 *
 * @param value - Positive; clipped to the range from 2^-32 to 2^32.
 */
export function nearestRational(value: number): Rational {
  let [numerator, denominator] = [1, 0];
  let [previousNumerator, previousDenominator] = [0, 1];
  let rest = value;
  for (;;) {
    const whole = Math.floor(rest);
    const nextNumerator = whole * numerator + previousNumerator;
    const nextDenominator = whole * denominator + previousDenominator;
    if (nextNumerator > LARGEST || nextDenominator > LARGEST) break;
    [previousNumerator, previousDenominator] = [numerator, denominator];
    [numerator, denominator] = [nextNumerator, nextDenominator];
    // One unit in the last place of a double: more terms would only approximate its rounding error.
    if (Math.abs(numerator / denominator - value) <= value * 2.3e-16 || rest === whole) break;
    rest = 1 / (rest - whole);
  }
  if (denominator === 0) return [LARGEST, 1];
  return numerator === 0 ? [1, LARGEST] : [numerator, denominator];
}
