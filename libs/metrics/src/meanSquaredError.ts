import { assertComparable, type Intensities } from './scoreOptions.ts';

/**
 * Mean of the squared differences of two volumes.
 *
 * @throws {RangeError} If the shapes differ.
 */
export function meanSquaredError(estimate: Intensities, truth: Intensities): number {
  assertComparable('meanSquaredError', estimate, truth);
  return meanSquare(estimate.data, truth.data);
}

/** Mean of the squared differences of two equally long arrays. */
export function meanSquare(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (estimate[i] - truth[i]) ** 2;
  return sum / truth.length;
}
