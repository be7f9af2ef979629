import {
  assertScorable,
  meanOverPlanes,
  type Intensities,
  type ScoreOptions,
} from './intensities.ts';

/** Stabilizing constants of SSIM, k1 and k2 of the paper. */
const SSIM_K1 = 0.01;
const SSIM_K2 = 0.03;

/**
 * Structural similarity by the paper's formula: statistics over the whole volume, no window.
 *
 * (2 μ μ' + c1)(2 σ_{xx'} + c2) / ((μ² + μ'² + c1)(σ² + σ'² + c2)), c1 = (0.01 L)², c2 = (0.03 L)²,
 * L = `dataRange`, population variances.
 *
 * @returns At most 1, which only equal volumes reach.
 */
export function ssim(estimate: Intensities, truth: Intensities, options: ScoreOptions): number {
  assertScorable('ssim', estimate, truth, options);
  return globalSsim(estimate.data, truth.data, options.dataRange);
}

/**
 * Mean over z of the paper's SSIM of each plane, its statistics over the whole plane.
 *
 * @returns At most 1, which only equal volumes reach.
 */
export function ssimPerSlice(
  estimate: Intensities,
  truth: Intensities,
  options: ScoreOptions,
): number {
  assertScorable('ssimPerSlice', estimate, truth, options);
  return meanOverPlanes(estimate, truth, (a, b) => globalSsim(a, b, options.dataRange));
}

/** SSIM of two equally long arrays, in two passes: a large mean costs the variances no digits. */
function globalSsim(
  estimate: ArrayLike<number>,
  truth: ArrayLike<number>,
  dataRange: number,
): number {
  const count = truth.length;
  let meanEstimate = 0;
  let meanTruth = 0;
  for (let i = 0; i < count; i++) {
    meanEstimate += estimate[i];
    meanTruth += truth[i];
  }
  meanEstimate /= count;
  meanTruth /= count;
  let varianceEstimate = 0;
  let varianceTruth = 0;
  let covariance = 0;
  for (let i = 0; i < count; i++) {
    const a = estimate[i] - meanEstimate;
    const b = truth[i] - meanTruth;
    varianceEstimate += a * a;
    varianceTruth += b * b;
    covariance += a * b;
  }
  return similarity(
    meanEstimate,
    meanTruth,
    varianceEstimate / count,
    varianceTruth / count,
    covariance / count,
    dataRange,
  );
}

/** The SSIM index of two samples with these statistics. */
export function similarity(
  meanA: number,
  meanB: number,
  varianceA: number,
  varianceB: number,
  covariance: number,
  dataRange: number,
): number {
  const c1 = (SSIM_K1 * dataRange) ** 2;
  const c2 = (SSIM_K2 * dataRange) ** 2;
  return (
    ((2 * meanA * meanB + c1) * (2 * covariance + c2)) /
    ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2))
  );
}
