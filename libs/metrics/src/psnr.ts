import { meanSquare } from './meanSquaredError.ts';
import { assertScorable, type Intensities, type ScoreOptions } from './scoreOptions.ts';

/**
 * Peak signal-to-noise ratio of an estimate against the truth.
 *
 * 10 log₁₀(dataRange² / MSE), the mean square over all voxels. Equal volumes give Infinity: there
 * is no hidden epsilon.
 *
 * @returns Decibels; larger is better.
 */
export function psnr(estimate: Intensities, truth: Intensities, options: ScoreOptions): number {
  assertScorable('psnr', estimate, truth, options);
  return decibels(meanSquare(estimate.data, truth.data), options.dataRange);
}

/** 10 log₁₀(range² / mse), Infinity for an error of zero. */
export function decibels(mse: number, dataRange: number): number {
  return mse === 0 ? Infinity : 10 * Math.log10(dataRange ** 2 / mse);
}
