import { assertRange } from '@blurcycle/core';
import { assertComparable, type Intensities } from './scoreOptions.ts';
import { meanSquare } from './meanSquaredError.ts';

/**
 * Root-mean-square error relative to the root-mean-square of the truth.
 *
 * ‖estimate - truth‖₂ / ‖truth‖₂.
 *
 * @returns 0 for equal volumes, 1 for an estimate of zeros.
 * @throws {RangeError} If the shapes differ or the truth is zero everywhere.
 */
export function nrmse(estimate: Intensities, truth: Intensities): number {
  assertComparable('nrmse', estimate, truth);
  let energy = 0;
  for (const value of truth.data) energy += value * value;
  assertRange(energy > 0, 'nrmse', 'truth', 'not be zero everywhere', energy);
  return Math.sqrt((meanSquare(estimate.data, truth.data) * truth.data.length) / energy);
}
