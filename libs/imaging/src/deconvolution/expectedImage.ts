import { extent, type Volume } from '@blurcycle/core';
import type { ObservationModel } from './observationModel.ts';

/** H x + b, kept above the rounding error of the transform, so that dark voxels divide by no noise. */
export function expectedImage(
  model: Pick<ObservationModel, 'forward'>,
  object: Float32Array,
  observed: Volume,
  background: number,
): Float32Array {
  // 1e-7: a float32 transform of values up to the maximum is not better than that.
  const floor = Math.max(1e-7 * extent(observed.data)[1], 1e-30);
  const expected = Float32Array.from(model.forward(object));
  for (let i = 0; i < expected.length; i++) expected[i] = Math.max(expected[i] + background, floor);
  return expected;
}

/** y / m, voxel by voxel. */
export function quotient(observed: Float32Array, expected: Float32Array): Float32Array {
  return observed.map((value, i) => value / expected[i]);
}
