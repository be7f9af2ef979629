import { assertRange, mean, type Volume } from '@blurcycle/core';
import { estimateNoise } from './estimateNoise.ts';
import type { LinearDeconvolutionOptions } from './linearDeconvolutionOptions.ts';
import { solveLeastSquares } from './solveLeastSquares.ts';

export interface WienerOptions extends LinearDeconvolutionOptions {
  /**
   * Variance of the noise over that of the object, above 0. @defaultValue estimated from the data
   */
  readonly noiseToSignal?: number;
  /**
   * Brightness of the object where the data say nothing. @defaultValue the mean of the data above
   * background
   */
  readonly level?: number;
}

/** An estimate below this would ask the solver for what 32-bit numbers do not hold. */
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
 * @throws {RangeError} If the data hold NaN or the PSF is not fit; the message says what to do.
 */
export function wiener(observed: Volume, psf: Volume, options: WienerOptions = {}): Volume {
  const { noiseToSignal: ratio, level } = {
    ...wienerPrior(observed, options.background),
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
 * What the Wiener filter takes from the data where it is not told: the noise-to-signal ratio and
 * the level of the object.
 *
 * @param background - As in the filter's options.
 */
export function wienerPrior(
  observed: Volume,
  background = 0,
): { readonly noiseToSignal: number; readonly level: number } {
  return {
    noiseToSignal: noiseToSignal(observed),
    level: Math.max(0, mean(observed.data) - background),
  };
}

/** Estimated variance of the noise over that of the rest. */
function noiseToSignal(observed: Volume): number {
  const center = mean(observed.data);
  const variance =
    observed.data.reduce((sum, value) => sum + (value - center) ** 2, 0) / observed.data.length;
  const noise = estimateNoise(observed) ** 2;
  if (!(variance > 0)) return 1;
  return Math.max(LEAST_RATIO, noise / Math.max(variance - noise, 0.01 * variance));
}
