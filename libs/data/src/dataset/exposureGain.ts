import { assertRange, extent, mean, type Volume } from '@blurcycle/core';

/** Part of the voxels of a volume that count as its brightest. */
const BRIGHTEST_PART = 5e-4;

/**
 * The exposure gain that brings the brightest voxels of a set of blurred volumes to about 1.
 *
 * gain = 1 / (mean over the volumes of the intensity that the brightest 0.05 % of the voxels
 * reach). Unlike the maximum, which one crossing of filaments decides and which grows with the
 * volume, this is the same for volumes of any size.
 *
 * @param blurred - Specimens after convolution with the unit-sum PSF.
 */
export function exposureGain(blurred: readonly Volume[]): number {
  const bright = mean(blurred.map(({ data }) => brightness(data)));
  assertRange(bright > 0, 'exposureGain', 'blurred', 'hold some light', bright);
  return 1 / bright;
}

/** The smallest intensity among the brightest part of the voxels. */
function brightness(data: Float32Array): number {
  const rank = Math.max(1, Math.round(BRIGHTEST_PART * data.length));
  // Most voxels are dark: sorting those above half the maximum is 50 times faster, when they are
  // enough.
  const [, maximum] = extent(data);
  const bright = data.filter((value) => value > maximum / 2);
  const sorted = (bright.length >= rank ? bright : data.slice()).sort();
  return sorted[sorted.length - rank];
}
