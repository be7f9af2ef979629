/**
 * @file Scores from squared errors: mean squared error, NRMSE and the variants of PSNR.
 */

import { assertRange } from '@blurcycle/core';
import {
  assertComparable,
  assertScorable,
  meanOverPlanes,
  type Intensities,
  type ScoreOptions,
} from './intensities.ts';

/**
 * Mean squared difference of two volumes.
 *
 * @throws {RuleError} If the shapes differ.
 */
export function meanSquaredError(estimate: Intensities, truth: Intensities): number {
  assertComparable('meanSquaredError', estimate, truth);
  return meanSquare(estimate.data, truth.data);
}

/**
 * Root-mean-square error relative to the root-mean-square of the truth.
 *
 * ‖estimate - truth‖₂ / ‖truth‖₂.
 *
 * @returns 0 for equal volumes, 1 for an estimate of zeros.
 * @throws {RuleError} If the shapes differ or the truth is zero everywhere.
 */
export function nrmse(estimate: Intensities, truth: Intensities): number {
  assertComparable('nrmse', estimate, truth);
  let energy = 0;
  for (const value of truth.data) energy += value * value;
  assertRange(energy > 0, 'nrmse', 'truth', 'not be zero everywhere', energy);
  return Math.sqrt((meanSquare(estimate.data, truth.data) * truth.data.length) / energy);
}

/**
 * Peak signal-to-noise ratio of an estimate against the truth.
 *
 * 10 log₁₀(dataRange² / MSE), MSE over all voxels. Equal volumes give Infinity: no epsilon is
 * added.
 *
 * @returns Decibels; larger is better.
 */
export function psnr(estimate: Intensities, truth: Intensities, options: ScoreOptions): number {
  assertScorable('psnr', estimate, truth, options);
  return decibels(meanSquare(estimate.data, truth.data), options.dataRange);
}

/**
 * Mean over z of the PSNR of each plane, the paper's formula (N, M the sides of a plane).
 *
 * The mean is Infinity as soon as one plane has no error.
 *
 * @returns Decibels; larger is better.
 */
export function psnrPerSlice(
  estimate: Intensities,
  truth: Intensities,
  options: ScoreOptions,
): number {
  assertScorable('psnrPerSlice', estimate, truth, options);
  return meanOverPlanes(estimate, truth, (a, b) => decibels(meanSquare(a, b), options.dataRange));
}

/** The straight line that fits an estimate to the truth. */
export interface AffineFit {
  readonly gain: number;
  readonly offset: number;
  /** Mean square of the residual. */
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
 * PSNR after the best affine fit of the intensities, for methods that do not keep the scale.
 *
 * Never below the plain PSNR: state which of the two you report.
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

/** 10 log₁₀(range² / mse), Infinity for an error of zero. */
export function decibels(mse: number, dataRange: number): number {
  return mse === 0 ? Infinity : 10 * Math.log10(dataRange ** 2 / mse);
}

/** Mean squared difference of two equally long arrays. */
function meanSquare(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (estimate[i] - truth[i]) ** 2;
  return sum / truth.length;
}
