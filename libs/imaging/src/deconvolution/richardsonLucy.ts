import type { Volume } from '@blurcycle/core';
import { iterateRichardsonLucy } from './iterateRichardsonLucy.ts';
import type { RichardsonLucyOptions } from './richardsonLucyOptions.ts';

/**
 * Richardson-Lucy estimate of a volume with Poisson noise.
 *
 * x <- x / (H^T 1) H^T(y / (H x + b)), H the blur with `psf`, b the background. With b = 0 the
 * expected image keeps the light of the data: sum(H x) = sum(y).
 *
 * Shapes: `observed` [z, y, x]; `psf` [kz, ky, kx], all odd, no larger; the result has the shape of
 * `observed`.
 * Units: the result has those of `observed`; `psf` sums to 1.
 * Cost: two blurs per iteration. Inputs are not changed.
 * Source: Richardson (1972) doi:10.1364/JOSA.62.000055; Lucy (1974) doi:10.1086/111605.
 *
 * @param observed - Measured volume, at least 0.
 * @param psf - Centred kernel, at least 0; see `preparePsf` for a measured one.
 * @throws {RangeError} If the data hold NaN or negative values or the PSF is not fit; the message
 *   says what to do.
 * @example
 * const estimate = richardsonLucy(observed, psf, { iterations: 50, background: 100 });
 */
export function richardsonLucy(
  observed: Volume,
  psf: Volume,
  options: RichardsonLucyOptions = {},
): Volume {
  return iterateRichardsonLucy('richardsonLucy', observed, psf, options);
}
