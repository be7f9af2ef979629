import { meanSquare } from './meanSquaredError.ts';
import { meanOverPlanes } from './planes.ts';
import { decibels } from './psnr.ts';
import { assertScorable, type Intensities, type ScoreOptions } from './scoreOptions.ts';

/**
 * Mean over z of the PSNR of each plane, the paper's formula (N, M the sides of a plane).
 *
 * One plane without error makes the mean Infinity.
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
