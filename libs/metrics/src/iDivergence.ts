import { assertRange } from '@blurcycle/core';
import { assertComparable, type Intensities } from './intensities.ts';

/**
 * Csiszár's I-divergence of the truth from the estimate, per voxel, which maximum likelihood
 * minimizes for Poisson counts.
 *
 * mean(t log(t/e) - t + e), with 0 log 0 = 0.
 *
 * @returns 0 for equal volumes; Infinity if the estimate is 0 where the truth is not.
 * @throws {RuleError} If a value is negative or NaN.
 */
export function iDivergence(estimate: Intensities, truth: Intensities): number {
  assertComparable('iDivergence', estimate, truth);
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) {
    const e = estimate.data[i];
    const t = truth.data[i];
    if (!(e >= 0 && t >= 0)) rejectNegative(e, t);
    sum += t === 0 ? e : t * Math.log(t / e) - t + e;
  }
  return sum / truth.data.length;
}

function rejectNegative(estimate: number, truth: number): void {
  assertRange(
    estimate >= 0,
    'iDivergence',
    'every value of estimate',
    'be at least 0',
    estimate,
    'clip it first',
  );
  assertRange(
    truth >= 0,
    'iDivergence',
    'every value of truth',
    'be at least 0',
    truth,
    'clip it first',
  );
}
