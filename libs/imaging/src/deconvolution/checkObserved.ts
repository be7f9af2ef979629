import { assertRange, createVolume, extent, type Negatives, type Volume } from '@blurcycle/core';

/**
 * Throws unless a measured volume is finite and its PSF fits into it.
 *
 * @param where - Name of the caller, for the error line.
 */
export function checkObserved(where: string, observed: Volume, psf: Volume): void {
  const bad = firstNotFinite(observed.data);
  assertRange(
    bad === undefined,
    where,
    'observed',
    'be finite',
    bad,
    'replace NaN and infinite values by their neighbours first',
  );
  assertRange(
    psf.shape.every((side, axis) => side <= observed.shape[axis]),
    where,
    'psf',
    `be no larger than the volume, [${observed.shape.join(', ')}]`,
    psf.shape,
    'crop it with preparePsf(psf, { largestShape })',
  );
}

/** A loop instead of `find`: it runs over millions of voxels before every deconvolution. */
function firstNotFinite(data: Float32Array): number | undefined {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return data[i];
  return undefined;
}

/**
 * A simulated image that went through a transform is negative by this part of its maximum where it
 * should be dark.
 */
const ROUNDING = 1e-5;

/**
 * A measured volume as photon counts, of which there are never fewer than none.
 *
 * @param negatives - What to do about negative values.
 * @throws {RangeError} For negative values that are to be refused.
 */
export function asCounts(where: string, observed: Volume, negatives: Negatives): Volume {
  const [negative, most] = extent(observed.data);
  if (negative >= 0) return observed;
  assertRange(
    negatives === 'clip' || negative > -ROUNDING * most,
    where,
    'observed',
    'have no negative value',
    negative,
    'add what was subtracted and give it as background, or take negatives for 0: --negatives clip',
  );
  const data = observed.data.map((value) => Math.max(0, value));
  return createVolume(observed.shape, observed.voxelSizeUm, data);
}
