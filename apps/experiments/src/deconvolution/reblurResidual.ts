import type { Volume } from '@blurcycle/core';
import { blur, type Border } from '@blurcycle/imaging';

/**
 * How far an estimate, blurred again, is from the data: ‖y - b - h * x‖ / ‖y - b‖.
 *
 * Noise sets a floor that a good estimate does not go below; an estimate far above it does not explain the data.
 *
 * @param border - What lies beyond the edge of the estimate.
 */
export function reblurResidual(
  estimate: Volume,
  observed: Volume,
  psf: Volume,
  { background, border }: { readonly background: number; readonly border: Border },
): number {
  const { data } = blur(estimate, psf, { border });
  let error = 0;
  let total = 0;
  for (let i = 0; i < data.length; i++) {
    const light = observed.data[i] - background;
    error += (light - data[i]) ** 2;
    total += light * light;
  }
  return Math.sqrt(error / total);
}
