import { basename } from 'node:path';
import {
  createVolume,
  describeViolation,
  extent,
  formatValue,
  InputError,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { crop, type ReadTiffOptions } from '@blurcycle/data';
import { readStack } from './readStack.ts';

/** The part of a volume around its center that has the given sides, no larger than its own. */
export function cutMiddle(volume: Volume, shape: Shape3): Volume {
  if (shape.every((side, axis) => side === volume.shape[axis])) return volume;
  const from = (axis: number): number => Math.floor((volume.shape[axis] - shape[axis]) / 2);
  const part = crop(volume, [from(0), from(1), from(2)], shape);
  return createVolume(part.shape, volume.voxelSizeUm, part.data);
}

/** A stack and the file it came from. */
export interface NamedStack {
  readonly file: string;
  readonly volume: Volume;
}

/** Relative difference of voxel sizes that are taken for equal: 1 %. */
const VOXEL_TOLERANCE = 0.01;
/**
 * Read noise around zero is negative; below this fraction of the brightest value it is no noise.
 */
const MOST_NEGATIVE = 0.25;

/**
 * Reads the stacks of one domain and checks each: one channel and time point, finite, not constant,
 * not negative beyond noise.
 *
 * @param where - What to begin a message with.
 * @throws {InputError} One line for the first stack that cannot be trained on.
 */
export async function readStackSet(
  files: readonly string[],
  reading: ReadTiffOptions,
  where = 'fit',
): Promise<NamedStack[]> {
  const stacks: NamedStack[] = [];
  for (const file of files) {
    const { volume } = await readStack(file, reading);
    const [low, high] = extent(volume.data);
    if (low < -MOST_NEGATIVE * high) {
      throw new InputError(
        describeViolation(
          where,
          `'${file}'`,
          `hold no value below noise about zero, -${Number((MOST_NEGATIVE * Math.max(high, 0)).toPrecision(3))}`,
          Number(low.toPrecision(4)),
          'was it saved as signed, or too much background subtracted?',
        ),
      );
    }
    stacks.push({ file, volume });
  }
  return stacks;
}

/**
 * The one voxel size of all stacks.
 *
 * @throws {InputError} If a stack differs from the first: a kernel is defined for one voxel size.
 */
export function commonVoxelSize(stacks: readonly NamedStack[]): VoxelSizeUm {
  const [first] = stacks;
  for (const { file, volume } of stacks) {
    if (sameVoxels(volume.voxelSizeUm, first.volume.voxelSizeUm)) continue;
    throw new InputError(
      describeViolation(
        'fit',
        `the voxels of '${file}'`,
        `be those of '${basename(first.file)}', ${formatValue(rounded(first.volume.voxelSizeUm))} µm`,
        rounded(volume.voxelSizeUm),
        'resample it, or give --voxel z,y,x where the files are wrong',
      ),
    );
  }
  return first.volume.voxelSizeUm;
}

/** Whether two voxel sizes agree within 1 %. */
export function sameVoxels(a: VoxelSizeUm, b: VoxelSizeUm): boolean {
  return a.every((side, axis) => Math.abs(side / b[axis] - 1) <= VOXEL_TOLERANCE);
}

/** The smallest side along each axis over all stacks. */
export function smallestShape(stacks: readonly NamedStack[]): Shape3 {
  const smallest = (axis: number): number =>
    Math.min(...stacks.map(({ volume }) => volume.shape[axis]));
  return [smallest(0), smallest(1), smallest(2)];
}

function rounded(voxel: VoxelSizeUm): number[] {
  return voxel.map((side) => Number(side.toPrecision(4)));
}
