import { basename } from 'node:path';
import {
  createVolume,
  InputError,
  voxelCount,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { checkAlike, planesFollow } from './checkPlanes.ts';
import { choosePlanes, type PlaneChoice } from './choosePlanes.ts';
import { withTiff } from './openTiff.ts';
import { isOnePiece, readFollowingPlane } from './readFollowingPlane.ts';
import { readPlane } from './readPlane.ts';
import { readStackDimensions } from './readStackDimensions.ts';
import type { SampleType } from './sampleType.ts';
import type { StackDimensions } from './stackDimensions.ts';

export interface ReadTiffOptions extends PlaneChoice {
  /** Voxel size z, y, x in µm; stands above what the file says. */
  readonly voxelSizeUm?: VoxelSizeUm;
  /** Voxel size for a file that does not state one; without it such a file is refused. */
  readonly defaultVoxelSizeUm?: VoxelSizeUm;
  /** Largest stack to read, in bytes of its 32-bit values. @defaultValue 8 GiB */
  readonly maxBytes?: number;
}

/** A stack and what its file said about it. */
export interface TiffStack {
  readonly volume: Volume;
  /** How the file stores its values; in the volume they are 32-bit floating point, not rescaled. */
  readonly sampleType: SampleType;
  /** Voxel size by the file, null where it is silent. */
  readonly statedVoxelSizeUm: StackDimensions['voxelSizeUm'];
  readonly channels: number;
  readonly timePoints: number;
}

/**
 * Reads a z stack from a TIFF file: multi-page, ImageJ, OME-TIFF or BigTIFF.
 *
 * Whole numbers and floating point of 8 to 64 bits, either byte order, strips and tiles,
 * uncompressed, deflate, LZW and PackBits. Values are not rescaled; those beyond 24 bits are
 * rounded to 32-bit floating point.
 *
 * Memory: the stack and one block; a damaged file can not ask for more than its own size justifies.
 *
 * @throws {InputError} One line that names the file, what is wrong, and what to do: for damaged or
 * unsupported files, RGB, several channels or time points without a choice, an unknown voxel size.
 * @example
 * const { volume } = await readTiffStack('cell.tif', { voxelSizeUm: [0.3, 0.13, 0.13] });
 */
export async function readTiffStack(
  path: string,
  options: ReadTiffOptions = {},
): Promise<TiffStack> {
  return withTiff(path, 'readTiffStack', async (tiff) => {
    const { pages } = tiff;
    const [first] = pages;
    const dimensions = readStackDimensions(pages);
    const following = planesFollow(tiff, dimensions);
    const planes = choosePlanes(basename(path), dimensions, first.samplesPerPixel, options);
    const shape: Shape3 = [planes.length, first.height, first.width];
    if (!following) checkAlike(pages, planes);
    const voxelSizeUm = chooseVoxelSize(path, dimensions, options);
    const { maxBytes = 2 ** 33 } = options;
    if (4 * voxelCount(shape) > maxBytes) {
      throw new Error(
        `its ${shape.join(' x ')} values need more than ${maxBytes} bytes (crop it first)`,
      );
    }
    const volume = createVolume(shape, voxelSizeUm);
    const planeSize = first.height * first.width;
    for (const [z, { page, sample }] of planes.entries()) {
      const target = volume.data.subarray(z * planeSize, (z + 1) * planeSize);
      if (following) await readFollowingPlane(tiff.source, first, page, target);
      else if (isOnePiece(pages[page]))
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
