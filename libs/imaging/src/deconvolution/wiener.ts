import { assertRange, mean, type Volume } from '@blurcycle/core';
import { solveLeastSquares, type LinearDeconvolutionOptions } from './leastSquares.ts';
import { discrepancyRatio, noiseSample } from './noiseLevel.ts';

export interface WienerOptions extends LinearDeconvolutionOptions {
  /**
   * Variance of the noise over that of the object, above 0. @defaultValue chosen from the data: see
   * `wienerPrior`
   */
  readonly noiseToSignal?: number;
  /**
   * Brightness of the object where the data hold no information. @defaultValue the mean of the data
   * above background
   */
  readonly level?: number;
}

/** Lower bound of the estimated ratio: below, float32 arithmetic limits the solver. */
const LEAST_RATIO = 1e-5;

/**
 * Wiener filter: the linear estimate of least mean square error for white noise and a white object
 * around its mean.
 *
 * x = l + (H^T H + K)^-1 H^T(y - b - H l), for a periodic image l + conj(H)(Y - b - l) / (|H|^2 +
 * K); l is the mean of the data above background, K the noise-to-signal ratio.
 *
 * Cost: two blurs per step of the solver, about 1/sqrt(K) steps.
 * Source: Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series (1949).
 *
 * @throws {RuleError} If the data hold NaN or the PSF is unsuitable; the message names the remedy.
 */
export function wiener(observed: Volume, psf: Volume, options: WienerOptions = {}): Volume {
  const { noiseToSignal: ratio, level } = {
    ...wienerPrior(observed, psf, options.background),
    ...options,
  };
  assertRange(
    ratio > 0 && Number.isFinite(ratio),
    'wiener',
    'noiseToSignal',
    'be above 0',
    ratio,
    'try 1e-3 to 1e-1',
  );
  return solveLeastSquares('wiener', observed, psf, options, {
    level,
    penalty: (object) => object.map((value) => ratio * value),
  });
}

/**
 * Defaults of the Wiener filter, from the data: the noise-to-signal ratio whose result is as far
 * from the data as their noise is (`discrepancyRatio`), and the level of the object.
 *
 * @param background - As in `WienerOptions`.
 */
export function wienerPrior(
  observed: Volume,
  psf: Volume,
  background = 0,
): { readonly noiseToSignal: number; readonly level: number } {
  return {
    noiseToSignal: discrepancyRatio(noiseSample(observed), psf, LEAST_RATIO),
    level: Math.max(0, mean(observed.data) - background),
  };
}
