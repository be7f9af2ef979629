import { assertSameShape, type Volume } from '@blurcycle/core';

/**
 * Mean of the squared differences of two volumes.
 *
 * @throws {RangeError} If the shapes differ.
 */
export function meanSquaredError(estimate: Volume, truth: Volume): number {
  assertSameShape('meanSquaredError', estimate, truth);
  return meanSquare(estimate.data, truth.data);
}

/** Mean of the squared differences of two equally long arrays. */
export function meanSquare(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (estimate[i] - truth[i]) ** 2;
  return sum / truth.length;
}
