import { assertRange, createVolume, voxelCount, type Volume } from '@blurcycle/core';

/** A flip, then a rotation in the plane of two axes. */
export interface Turn {
  readonly plane: readonly [number, number];
  /** Number of quarter turns from the first axis of the plane to the second. */
  readonly quarters: number;
  /** Axis to be mirrored, or null. */
  readonly flip: number | null;
}

/**
 * The volume mirrored and turned by multiples of 90 degrees: voxels change places, no value
 * changes.
 *
 * The voxel size stays as it was: the patch is used as an image of the same microscope.
 *
 * @throws {RangeError} If the sides in the plane differ.
 */
export function turn(volume: Volume, { plane, quarters, flip }: Turn): Volume {
  const { shape, data } = volume;
  const [a, b] = plane;
  const turns = ((quarters % 4) + 4) % 4;
  assertRange(
    turns === 0 || shape[a] === shape[b],
    'turn',
    'plane',
    'have equal sides',
    shape,
    'rotate a cubic patch, or in the plane of its equal sides',
  );
  const strides = [shape[1] * shape[2], shape[2], 1];
  // Where the voxel at the origin of the result comes from, and how far one step along each axis of
  // the result goes.
  let from = 0;
  const steps = [...strides];
  if (flip !== null) {
    from += (shape[flip] - 1) * strides[flip];
    steps[flip] = -steps[flip];
  }
  for (let i = 0; i < turns; i++) {
    // A quarter turn: result(a, b) = source(b, side - 1 - a).
    from += (shape[a] - 1) * steps[b];
    [steps[a], steps[b]] = [-steps[b], steps[a]];
  }
  const turned = new Float32Array(voxelCount(shape));
  let to = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      let source = from + z * steps[0] + y * steps[1];
      for (let x = 0; x < shape[2]; x++) {
        turned[to++] = data[source];
        source += steps[2];
      }
    }
  }
  return createVolume(shape, volume.voxelSizeUm, turned);
}
