import { meanOverPlanes } from './planes.ts';
import { assertScorable, type Intensities, type ScoreOptions } from './scoreOptions.ts';
import { globalSsim } from './ssim.ts';

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
