import { assertRange } from './errors.ts';

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

/** Throws unless every side is a positive integer. */
export function assertShape(where: string, parameter: string, shape: Shape3): void {
  const sound = shape.length === 3 && shape.every((side) => Number.isSafeInteger(side) && side > 0);
  assertRange(sound, where, parameter, 'be three positive integers z, y, x', shape);
}
