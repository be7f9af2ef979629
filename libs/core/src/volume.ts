import { assertRange, formatValue } from './errors.ts';

/** Sides of a volume in voxels, in the order z, y, x. */
export type Shape3 = readonly [depth: number, height: number, width: number];

/** Number of voxels of a shape. */
export function voxelCount(shape: Shape3): number {
  return shape[0] * shape[1] * shape[2];
}

/** True when both shapes have the same sides. */
export function sameShape(a: Shape3, b: Shape3): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** Throws a `RuleError` unless every side is a positive integer. */
export function assertShape(where: string, parameter: string, shape: Shape3): void {
  const sound = shape.length === 3 && shape.every((side) => Number.isSafeInteger(side) && side > 0);
  assertRange(sound, where, parameter, 'be three positive integers z, y, x', shape);
}

/** Edge lengths of one voxel in µm, in the order z, y, x. */
export type VoxelSizeUm = readonly [dz: number, dy: number, dx: number];

/** A 3-D image: linear intensities in z, y, x order, x fastest. */
export interface Volume {
  readonly data: Float32Array;
  readonly shape: Shape3;
  readonly voxelSizeUm: VoxelSizeUm;
}

/**
 * A volume that holds `data`, or a volume of zeros.
 *
 * Memory: keeps `data`, copies nothing.
 *
 * @throws {RuleError} If a side is not a positive integer, a voxel size is not positive, or `data`
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

/** Throws a `RuleError` unless both volumes have the same shape. */
export function assertSameShape(where: string, a: Volume, b: Volume): void {
  assertRange(
    sameShape(a.shape, b.shape),
    where,
    'shapes',
    `agree, the other is ${formatValue(a.shape)}`,
    b.shape,
  );
}

/** Position of voxel (z, y, x) in `data`. */
export function voxelIndex(shape: Shape3, z: number, y: number, x: number): number {
  return (z * shape[1] + y) * shape[2] + x;
}
