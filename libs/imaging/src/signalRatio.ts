import { median, type Volume } from '@blurcycle/core';
import { noiseSample, powerSpectra } from './deconvolution/noiseLevel.ts';

/** Of the frequencies that the PSF passes best; of those that it passes least. */
const PART = 0.1;

/**
 * Mean power of an image where the PSF passes most, over the power of its noise, which is what the
 * image has where the PSF passes least.
 *
 * 1 within 1/√n for an image of noise alone, n the number of frequencies in a tenth of the
 * spectrum; light of any specimen concentrates where the PSF passes, and gives far more.
 *
 * Cost: two Fourier transforms of at most 64x128x128 voxels.
 */
export function signalRatio(image: Volume, psf: Volume): number {
  const { power, transfer } = powerSpectra(noiseSample(image), psf);
  const sorted = transfer.toSorted();
  const least = sorted[Math.floor(PART * sorted.length)] * (1 + 1e-9);
  const most = sorted[Math.floor((1 - PART) * sorted.length)];
  const dark = [...power].filter((_, i) => transfer[i] <= least);
  const bright = [...power].filter((_, i) => transfer[i] >= most);
  // Power of noise is exponentially distributed: its median is ln 2 times its mean.
  const noise = median(dark) / Math.LN2;
  return bright.reduce((sum, value) => sum + value, 0) / bright.length / noise;
}
