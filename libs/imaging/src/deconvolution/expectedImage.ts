import { extent } from '@blurcycle/core';
import type { ObservationModel } from './observationModel.ts';

/**
 * Smallest expected value that means anything: the rounding error of the transform.
 *
 * A float32 transform of values up to the maximum is not better than 1e-7 of it; without a floor,
 * dark voxels would be divided by noise.
 */
export function expectedFloor(observed: Float32Array): number {
  return Math.max(1e-7 * extent(observed)[1], 1e-30);
}

/** Expected image H x + b of an object, kept at or above `floor`; a new array, or `into`. */
export function expectedImage(
  model: Pick<ObservationModel, 'forward'>,
  object: Float32Array,
  background: number,
  floor: number,
  into?: Float32Array,
): Float32Array {
  const expected = model.forward(object, into);
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] + background;
    expected[i] = value > floor ? value : floor;
  }
  return expected;
}

/**
 * y / (H x + b): how far the data exceed the expected image of an object, voxel by voxel.
 *
 * The same as dividing by `expectedImage`, in one pass; a new array, or `into`.
 */
export function ratioToExpected(
  observed: Float32Array,
  model: Pick<ObservationModel, 'forward'>,
  object: Float32Array,
  background: number,
  floor: number,
  into?: Float32Array,
): Float32Array {
  const ratio = model.forward(object, into);
  for (let i = 0; i < ratio.length; i++) {
    const value = ratio[i] + background;
    ratio[i] = observed[i] / (value > floor ? value : floor);
  }
  return ratio;
}
