import { createRealFft3d, isSmooth } from '@blurcycle/compute/transforms';
import {
  createVolume,
  mean,
  median,
  voxelCount,
  voxelIndex,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { copyBox } from './copyBox.ts';

/** Enough voxels for a spectrum, and few for a Fourier transform. */
const SAMPLE: Shape3 = [64, 128, 128];

/** The middle of an image, no larger than the noise of a large one asks for. */
export function noiseSample({ data, shape, voxelSizeUm }: Volume): Volume {
  const side = (axis: 0 | 1 | 2): number => Math.min(shape[axis], SAMPLE[axis]);
  const from = (axis: 0 | 1 | 2): number => Math.floor((shape[axis] - side(axis)) / 2);
  const sides: Shape3 = [side(0), side(1), side(2)];
  const part = copyBox(data, shape, [from(0), from(1), from(2)], sides);
  return createVolume(sides, voxelSizeUm, part);
}

/** Part of all frequencies, those that the PSF passes least, that is taken for noise alone. */
const NOISE_PART = 0.1;

/**
 * Mean variance of the noise of an image, from the frequencies that the optics do not pass.
 *
 * Noise that is independent from voxel to voxel, with variances v_i, has a flat power spectrum of
 * mean height Σ v_i / n, whether the variances are equal (read noise) or follow the light (photon
 * noise, v_i = a μ_i + b); a and b need not be known. Where the transfer function |H| of the PSF is
 * smallest, in a tenth of all frequencies, nothing else is left. Their power is exponentially
 * distributed, so its median is ln 2 times its mean; the median is not moved by the few frequencies
 * that a border which does not repeat leaks into.
 *
 * Holds for a camera's raw voxels: resampling or smoothing makes neighbors depend on each other and
 * the estimate too small. Clipped data have the noise that clipping leaves.
 *
 * Cost: two Fourier transforms; two doubles for each voxel.
 *
 * @param image - Any shape; of sides with a prime factor above 7 the last few voxels are left out.
 * @param psf - Odd sides.
 */
export function noiseVariance(image: Volume, psf: Volume): number {
  return noiseIn(powerSpectra(image, psf));
}

/**
 * The constant K of a Wiener filter 1 / (|H|² + K) whose blurred result is as far from an image as
 * the noise is (Morozov's discrepancy principle): Σ P (K / (|H|² + K))² = Σ v, with the power P of
 * the image around its mean and the variance v of its noise (`noiseVariance`).
 *
 * The ratio of noise to signal by definition needs the spectrum of the object, which is not known;
 * this needs none. The sum grows with K, so K is found by bisection.
 *
 * @param psf - Brought to sum 1.
 * @param least - Returned where even this leaves more than the noise.
 * @returns At most 1.
 */
export function discrepancyRatio(image: Volume, psf: Volume, least: number): number {
  const spectra = powerSpectra(image, psf);
  const { power, transfer, voxels } = spectra;
  const noise = noiseIn(spectra) * voxels * power.length;
  const sum = psf.data.reduce((total, value) => total + value, 0);
  const leaves = (ratio: number): number =>
    power.reduce((rest, value, i) => {
      const kept = ratio / (transfer[i] / sum ** 2 + ratio);
      return rest + value * kept * kept;
    }, 0);
  if (leaves(1) <= noise) return 1;
  if (leaves(least) >= noise) return least;
  let [low, high] = [Math.log(least), 0];
  while (high - low > RATIO_TOLERANCE) {
    const middle = (low + high) / 2;
    if (leaves(Math.exp(middle)) < noise) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}

/** Relative, far below what the variance of the noise is known to. */
const RATIO_TOLERANCE = 1e-3;

/** Half of all frequencies of an image around its mean, and of a PSF on the same grid. */
interface PowerSpectra {
  /** What was transformed: the image without the last voxels of sides that are not smooth. */
  readonly data: Float32Array;
  readonly shape: Shape3;
  readonly power: Float64Array;
  readonly transfer: Float64Array;
  readonly voxels: number;
}

export function powerSpectra(image: Volume, psf: Volume): PowerSpectra {
  const shape = smoothShape(image.shape);
  const data = copyBox(image.data, image.shape, [0, 0, 0], shape);
  const center = mean(data);
  const transfer = powerSpectrum(onGrid(psf, shape), shape);
  const power = powerSpectrum(
    data.map((value) => value - center),
    shape,
  );
  return { data, shape, power, transfer, voxels: voxelCount(shape) };
}

function noiseIn({ power, transfer, voxels }: PowerSpectra): number {
  const limit = transfer.toSorted()[Math.floor(NOISE_PART * transfer.length)];
  // A frequency and its negative, equal but for rounding, count together.
  const dark = [...power].filter((_, i) => transfer[i] <= limit * (1 + 1e-9));
  return median(dark) / (Math.LN2 * voxels);
}

/** |F|² of a real volume, half of all frequencies. */
function powerSpectrum(data: Float32Array, shape: Shape3): Float64Array {
  const { real, imaginary } = createRealFft3d(shape).forward(data, shape, [0, 0, 0]);
  return real.map((value, i) => value * value + imaginary[i] * imaginary[i]);
}

/** The largest sides that the transform takes. */
function smoothShape(shape: Shape3): Shape3 {
  const smooth = (side: number): number => (isSmooth(side) ? side : smooth(side - 1));
  return [smooth(shape[0]), smooth(shape[1]), smooth(shape[2])];
}

/** A PSF on a periodic grid that may be smaller than it. */
function onGrid({ data, shape }: Volume, grid: Shape3): Float32Array {
  const result = new Float32Array(voxelCount(grid));
  for (let z = 0, i = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, i++)
        result[voxelIndex(grid, z % grid[0], y % grid[1], x % grid[2])] += data[i];
    }
  }
  return result;
}
