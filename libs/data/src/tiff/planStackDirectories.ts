import {
  assertRange,
  type Shape3,
  type TiffFormat,
  type VoxelSizeUm,
  type WritableSampleType,
} from '@blurcycle/core';
import { headBytes, type TiffField } from './encodeDirectories.ts';
import { nearestRational } from './rational.ts';
import { SAMPLE_LAYOUTS } from './sampleType.ts';
import { TAG } from './tiffTags.ts';

/** Offsets of classic TIFF have 32 bits. */
const CLASSIC_LIMIT = 2 ** 32;

/**
 * The directories of an uncompressed stack, one for each plane, with the place of each plane's
 * values.
 *
 * Where the file would pass 4 GiB, ImageJ's form keeps only the first directory, as ImageJ does (it
 * knows from the description how many planes follow), and OME-TIFF becomes BigTIFF.
 *
 * @param description - Text of the first page's ImageDescription.
 * @param limit - Size from which offsets no longer fit; for tests.
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
    // No absolute unit of the three that TIFF knows is the micrometre; the description names it.
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
