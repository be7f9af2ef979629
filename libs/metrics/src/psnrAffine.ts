import { decibels } from './psnr.ts';
import {
  assertComparable,
  assertScorable,
  type Intensities,
  type ScoreOptions,
} from './scoreOptions.ts';

/** The straight line that brings an estimate nearest to the truth. */
export interface AffineFit {
  readonly gain: number;
  readonly offset: number;
  /** Mean square of what is left. */
  readonly meanSquaredError: number;
}

/**
 * Least-squares fit of gain · estimate + offset to the truth.
 *
 * A constant estimate gets gain 0 and the mean of the truth.
 */
export function affineFit(estimate: Intensities, truth: Intensities): AffineFit {
  assertComparable('affineFit', estimate, truth);
  const count = truth.data.length;
  let meanEstimate = 0;
  let meanTruth = 0;
  for (let i = 0; i < count; i++) {
    meanEstimate += estimate.data[i];
    meanTruth += truth.data[i];
  }
  meanEstimate /= count;
  meanTruth /= count;
  let variance = 0;
  let covariance = 0;
  for (let i = 0; i < count; i++) {
    const deviation = estimate.data[i] - meanEstimate;
    variance += deviation * deviation;
    covariance += deviation * (truth.data[i] - meanTruth);
  }
  const gain = variance === 0 ? 0 : covariance / variance;
  const offset = meanTruth - gain * meanEstimate;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (gain * estimate.data[i] + offset - truth.data[i]) ** 2;
  return { gain, offset, meanSquaredError: sum / count };
}

/**
 * PSNR after the best straight line through the intensities, for methods that do not keep the
 * scale.
 *
 * Never below the plain PSNR; state which of the two was used.
 *
 * @returns Decibels; larger is better.
 */
export function psnrAffine(
  estimate: Intensities,
  truth: Intensities,
  options: ScoreOptions,
): number {
  assertScorable('psnrAffine', estimate, truth, options);
  return decibels(affineFit(estimate, truth).meanSquaredError, options.dataRange);
}
