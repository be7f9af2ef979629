import { assertRange, createVolume, type Volume } from '@blurcycle/core';

/**
 * The same PSF with unit sum, so that blurring with it conserves light.
 *
 * @throws {RuleError} If the sum is not a positive number.
 */
export function normalizePsf(psf: Volume): Volume {
  let sum = 0;
  for (const value of psf.data) sum += value;
  assertRange(
    sum > 0 && Number.isFinite(sum),
    'normalizePsf',
    'the sum of psf',
    'be positive and finite',
    sum,
  );
  return createVolume(
    psf.shape,
    psf.voxelSizeUm,
    psf.data.map((value) => value / sum),
  );
}
