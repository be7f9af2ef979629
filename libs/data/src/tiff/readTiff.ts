import {
  createVolume,
  formatShape,
  InputError,
  voxelCount,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import type { ByteFile } from './byteFile.ts';
import { parseImagejDescription, parseTifffileDescription } from './descriptions.ts';
import { parseOmeXml } from './omeXml.ts';
import { withTiff, type OpenTiff } from './openTiff.ts';
import {
  choosePlanes,
  isContiguous,
  readFollowingPlane,
  readPlane,
  type Plane,
  type PlaneChoice,
} from './readPlanes.ts';
import { pagedDimensions, type StackDimensions } from './stackDimensions.ts';
import { SAMPLE_LAYOUTS, TAG, type SampleType } from './tags.ts';
import { fieldValue, type TiffPage } from './tiffPage.ts';

/** Choice of the stack, and voxel sizes. */
export interface ReadTiffOptions extends PlaneChoice {
  /** Voxel size z, y, x in µm; overrides that of the file. */
  readonly voxelSizeUm?: VoxelSizeUm;
  /** Voxel size for a file that does not state one; without it such a file is an error. */
  readonly defaultVoxelSizeUm?: VoxelSizeUm;
  /**
   * Largest stack to read, in bytes of its 32-bit values.
   * @defaultValue what this machine can spare; no limit where that is not known, as in a browser
   */
  readonly maxBytes?: number;
}

/** A stack and the metadata of its file. */
export interface TiffStack {
  readonly volume: Volume;
  /** Type of the values in the file; in the volume they are 32-bit floating point, not rescaled. */
  readonly sampleType: SampleType;
  /** Voxel size by the file, null where it does not state it. */
  readonly statedVoxelSizeUm: StackDimensions['voxelSizeUm'];
  readonly channels: number;
  readonly timePoints: number;
}

/**
 * Reads a z stack from a TIFF file: multi-page, ImageJ, OME-TIFF or BigTIFF.
 *
 * Integers of 8 to 32 bits and floating point of 32 and 64 bits, either byte order, strips and
 * tiles, uncompressed, deflate, LZW and PackBits. Values are not rescaled; those beyond 24 bits are
 * rounded to 32-bit floating point.
 *
 * Memory: the stack and one block; a damaged file cannot demand more than its size justifies.
 *
 * @throws {InputError} One line that names the file, what is wrong, and what to do: for damaged or
 * unsupported files, RGB, several channels or time points without a choice, an unknown voxel size.
 * @example
 * const { volume } = await readTiff(blobFile(dropped, dropped.name));
 */
export async function readTiff(file: ByteFile, options: ReadTiffOptions = {}): Promise<TiffStack> {
  return withTiff(file, 'readTiffStack', async (tiff) => {
    const { pages } = tiff;
    const [first] = pages;
    const dimensions = readStackDimensions(pages);
    const following = planesFollow(tiff, dimensions);
    const planes = choosePlanes(baseName(file.name), dimensions, first.samplesPerPixel, options);
    const shape: Shape3 = [planes.length, first.height, first.width];
    if (!following) checkAlike(pages, planes);
    const voxelSizeUm = chooseVoxelSize(file.name, dimensions, options);
    const { maxBytes = Infinity } = options;
    if (4 * voxelCount(shape) > maxBytes) {
      throw new Error(
        `its ${formatShape(shape)} values need more than ${Math.floor(maxBytes)} bytes (crop it first, or use a machine with more memory)`,
      );
    }
    const volume = createVolume(shape, voxelSizeUm);
    const planeSize = first.height * first.width;
    for (const [z, { page, sample }] of planes.entries()) {
      const target = volume.data.subarray(z * planeSize, (z + 1) * planeSize);
      if (following) await readFollowingPlane(tiff.source, first, page, target);
      else if (isContiguous(pages[page]))
        await readFollowingPlane(tiff.source, pages[page], 0, target);
      else await readPlane(pages[page], sample, target);
    }
    return {
      volume,
      sampleType: first.sampleType,
      statedVoxelSizeUm: dimensions.voxelSizeUm,
      channels: dimensions.channels,
      timePoints: dimensions.timePoints,
    };
  });
}

/** What a file holds, before any of its values is read. */
export interface TiffContents extends Pick<TiffStack, 'sampleType' | 'statedVoxelSizeUm'> {
  readonly channels: number;
  readonly slices: number;
  readonly timePoints: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Channels, slices and time points of a file by its metadata.
 *
 * @throws {InputError} As `readTiff`, for files that are damaged or not supported.
 */
export async function describeTiff(file: ByteFile): Promise<TiffContents> {
  return withTiff(file, 'readTiffStack', (tiff) => {
    const [first] = tiff.pages;
    const dimensions = readStackDimensions(tiff.pages);
    planesFollow(tiff, dimensions);
    const { channels, slices, timePoints } = dimensions;
    const { height, width, sampleType } = first;
    return Promise.resolve({
      ...{ channels, slices, timePoints, height, width, sampleType },
      statedVoxelSizeUm: dimensions.voxelSizeUm,
    });
  });
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function chooseVoxelSize(
  path: string,
  { voxelSizeUm: stated, source }: StackDimensions,
  options: ReadTiffOptions,
): VoxelSizeUm {
  const [dz, dy, dx] = stated;
  const complete = dz !== null && dy !== null && dx !== null ? ([dz, dy, dx] as const) : undefined;
  const chosen = options.voxelSizeUm ?? complete ?? options.defaultVoxelSizeUm;
  if (chosen !== undefined) return chosen;
  const unnamed = source === 'plain' ? '; it must be a z stack, its pages have no names' : '';
  throw new InputError(
    `readTiffStack: the voxel size of '${path}' must be known, got [${stated.map((side) => side ?? 'nothing').join(', ')}] ` +
      `from the file (give --voxel z,y,x in µm${unnamed})`,
  );
}

/**
 * Dimensions by the metadata of ImageJ, OME or tifffile; without these the pages are slices of
 * unknown voxel size.
 *
 * @throws {Error} One line, for contradictory metadata.
 */
function readStackDimensions(pages: readonly TiffPage[]): StackDimensions {
  const [first] = pages;
  const text = textField(first, TAG.imageDescription);
  const imagej = parseImagejDescription(text, [
    unitsPerPixel(first, TAG.yResolution),
    unitsPerPixel(first, TAG.xResolution),
  ]);
  const known =
    imagej ??
    parseOmeXml(text, pages.length, first.samplesPerPixel) ??
    parseTifffileDescription(text);
  return (
    known ?? {
      source: 'plain',
      order: 'zct',
      channels: first.samplesPerPixel,
      slices: pages.length,
      timePoints: 1,
      pages: null,
      voxelSizeUm: [null, null, null],
    }
  );
}

function textField(page: TiffPage, tag: number): string {
  const value = fieldValue(page.image, tag);
  return typeof value === 'string' ? value.replace(/\0+$/, '').trimStart() : '';
}

/** Length of a pixel in the unit of the resolution tag, or null if missing, zero or infinite. */
function unitsPerPixel(page: TiffPage, tag: number): number | null {
  const value = fieldValue(page.image, tag);
  if (!(value instanceof Uint32Array) || value.length < 2 || value[0] === 0 || value[1] === 0)
    return null;
  return value[1] / value[0];
}

/**
 * Checks that the file has as many planes as its metadata state, before memory is allocated for
 * them.
 *
 * @returns True for ImageJ's form with one directory, in which the planes follow the first without
 *   directories.
 * @throws {Error} One line with both numbers.
 */
function planesFollow({ pages, source }: OpenTiff, dimensions: StackDimensions): boolean {
  const [first] = pages;
  const { channels, slices, timePoints } = pagedDimensions(dimensions, first.samplesPerPixel);
  const total = channels * slices * timePoints;
  if (dimensions.pages !== null || total === pages.length) return false;
  if (pages.length > 1) {
    throw new Error(
      `its description states ${total} planes, it has ${pages.length} (save it again)`,
    );
  }
  const bytes = total * first.width * first.height * SAMPLE_LAYOUTS[first.sampleType].bytes;
  if (bytes > source.fileSize) {
    throw new Error(
      `its description states ${total} planes, it has fewer: it is cut off or damaged`,
    );
  }
  return true;
}

/**
 * Checks that the planes of a stack exist and have the same size and type.
 *
 * @throws {Error} One line that names the page.
 */
function checkAlike(pages: readonly TiffPage[], planes: readonly Plane[]): void {
  const [first] = pages;
  for (const { page } of planes) {
    if (page < 0 || page >= pages.length)
      throw new Error('some of its planes are in another file or missing');
    const { width, height, sampleType, samplesPerPixel } = pages[page];
    if (
      width !== first.width ||
      height !== first.height ||
      sampleType !== first.sampleType ||
      samplesPerPixel !== first.samplesPerPixel
    ) {
      throw new Error(
        `page ${page + 1} differs from the first in size or type (it is not a stack)`,
      );
    }
  }
}
