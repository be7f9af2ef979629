import { assertRange, mean, median, type Volume } from '@blurcycle/core';
import { solveLeastSquares, type LinearDeconvolutionOptions } from './leastSquares.ts';

export interface WienerOptions extends LinearDeconvolutionOptions {
  /**
   * Variance of the noise over that of the object, above 0. @defaultValue estimated from the data
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
 * Defaults of the Wiener filter, estimated from the data: the noise-to-signal ratio and the level
 * of the object.
 *
 * @param background - As in `WienerOptions`.
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

/** Estimated variance of the noise over that of the signal. */
function noiseToSignal(observed: Volume): number {
  const center = mean(observed.data);
  const variance =
    observed.data.reduce((sum, value) => sum + (value - center) ** 2, 0) / observed.data.length;
  const noise = estimateNoise(observed) ** 2;
  if (!(variance > 0)) return 1;
  return Math.max(LEAST_RATIO, noise / Math.max(variance - noise, 0.01 * variance));
}

/**
 * Estimates the standard deviation of voxel noise from the differences between a voxel and the mean
 * of its neighbors along x.
 *
 * d = y[x] - (y[x-1] + y[x+1])/2 has variance 3/2 sigma^2 for white noise and hardly any signal
 * where the image is blurred; the median of |d| is robust to the remaining edges. Rows of fewer
 * than three voxels give 0.
 * Source of the factor: median of |d| of a normal deviate is 0.6745 of its standard deviation.
 */
export function estimateNoise({ data, shape }: Volume): number {
  const width = shape[2];
  const differences: number[] = [];
  for (let i = 1; i + 1 < data.length; i++) {
    const x = i % width;
    if (x === 0 || x === width - 1) continue;
    differences.push(Math.abs(data[i] - (data[i - 1] + data[i + 1]) / 2));
  }
  return differences.length === 0 ? 0 : median(differences) / (0.6745 * Math.sqrt(1.5));
}
