import { assertRange } from './errors.ts';
import { assertShape, sameShape, voxelCount, type Shape3 } from './shape.ts';

/** Edge lengths of one voxel in µm, in the order z, y, x. */
export type VoxelSizeUm = readonly [dz: number, dy: number, dx: number];

/** A 3-D image: linear intensities in z, y, x order, x fastest. */
export interface Volume {
  readonly data: Float32Array;
  readonly shape: Shape3;
  readonly voxelSizeUm: VoxelSizeUm;
}

/**
 * A volume around `data`, or a volume of zeros.
 *
 * Memory: keeps `data`, copies nothing.
 *
 * @throws {RangeError} If a side is not a positive integer, a voxel size is not positive, or `data`
 *   has another length.
 */
export function createVolume(shape: Shape3, voxelSizeUm: VoxelSizeUm, data?: Float32Array): Volume {
  assertShape('createVolume', 'shape', shape);
  assertRange(
    voxelSizeUm.length === 3 && voxelSizeUm.every((side) => Number.isFinite(side) && side > 0),
    'createVolume',
    'voxelSizeUm',
    'be three positive lengths dz, dy, dx in µm',
    voxelSizeUm,
  );
  const count = voxelCount(shape);
  assertRange(
    data === undefined || data.length === count,
    'createVolume',
    'data.length',
    `equal ${count}, the product of shape`,
    data?.length,
  );
  return { data: data ?? new Float32Array(count), shape, voxelSizeUm };
}

/** Throws unless both volumes have the same shape. */
export function assertSameShape(where: string, a: Volume, b: Volume): void {
  assertRange(
    sameShape(a.shape, b.shape),
    where,
    'shapes',
    `agree, the other is [${a.shape.join(', ')}]`,
    b.shape,
  );
}

/** Position of voxel (z, y, x) in `data`. */
export function voxelIndex(shape: Shape3, z: number, y: number, x: number): number {
  return (z * shape[1] + y) * shape[2] + x;
}
