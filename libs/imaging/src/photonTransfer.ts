import { createRealFft3d } from '@blurcycle/compute/transforms';
import type { Volume } from '@blurcycle/core';
import { noiseSample, powerSpectra } from './deconvolution/noiseLevel.ts';

/** Variance of a voxel of mean μ: a [μ]₊ + b, from photons and from reading. */
interface NoiseEstimate {
  /** Variance for each unit of light above black. */
  readonly a: number;
  /** Variance without light. */
  readonly b: number;
}

/** Part of all frequencies, those that the PSF passes least, that is taken for noise alone. */
const NOISE_PART = 0.2;
/** Rounds of the weighted fit; the weights settle after three. */
const ROUNDS = 6;
/** The noise of a constant image is not 0 but unknown: as part of the largest square. */
const LEAST = 1e-12;

/**
 * Photon and read noise of an image: a photon-transfer fit in the frequencies that the optics do
 * not pass.
 *
 * A filter w that keeps only these frequencies leaves noise alone, r = w * y, and noise that is
 * independent from voxel to voxel has E r² = w² * v. With v = a (μ - black) + b and E y = μ that is
 * E r² = a w² * (y - black) + b Σ w²: a straight line, fitted by least squares with the weights 1 /
 * (E r²)², as r² has that variance up to a factor, a and b not negative. Nothing needs to be known
 * about the object. What leaks into these frequencies from borders that do not repeat, or from
 * resampling, bends the fit: voxels near the border are left out.
 *
 * Cost: four Fourier transforms of at most 64x128x128 voxels.
 *
 * @param image - Any shape.
 * @param psf - Odd sides.
 * @param black - Intensity without light.
 */
export function noiseCoefficients(image: Volume, psf: Volume, black: number): NoiseEstimate {
  const sample = noiseSample(image);
  const { shape, data, transfer } = powerSpectra(sample, psf);
  const grid = createRealFft3d(shape);
  const limit = transfer.toSorted()[Math.floor(NOISE_PART * transfer.length)];
  // A frequency and its negative, equal but for rounding, count together.
  const isDark = transfer.map((value) => (value <= limit * (1 + 1e-9) ? 1 : 0));
  const filtered = (values: ArrayLike<number>, filter: Filter): Float32Array => {
    const { real, imaginary } = grid.forward(values, shape, ORIGIN);
    for (let i = 0; i < real.length; i++) {
      const [re, im] = [real[i], imaginary[i]];
      real[i] = re * filter.real[i] - im * filter.imaginary[i];
      imaginary[i] = re * filter.imaginary[i] + im * filter.real[i];
    }
    return grid.inverse({ real, imaginary }, shape, ORIGIN);
  };
  const zeros = new Float64Array(isDark.length);
  const residual = filtered(data, { real: isDark, imaginary: zeros });
  // w itself, the response to a point, and the spectrum of its square.
  const response = grid.inverse({ real: isDark.slice(), imaginary: zeros.slice() }, shape, ORIGIN);
  const squared = response.map((value) => value * value);
  const total = squared.reduce((sum, value) => sum + value, 0);
  const light = filtered(
    data.map((value) => value - black),
    grid.forward(squared, shape, ORIGIN),
  );
  const squares: number[] = [];
  const lights: number[] = [];
  for (const i of inside(shape)) {
    squares.push(residual[i] ** 2);
    lights.push(light[i]);
  }
  return fitLine(lights, squares, total);
}

type Filter = ReturnType<ReturnType<typeof createRealFft3d>['forward']>;
const ORIGIN = [0, 0, 0] as const;

/** Voxels an eighth of a side or more from the border; of sides below 16 all. */
function* inside([depth, height, width]: Volume['shape']): Generator<number> {
  const margin = (side: number): number => (side < 16 ? 0 : Math.floor(side / 8));
  const [z0, y0, x0] = [margin(depth), margin(height), margin(width)];
  for (let z = z0; z < depth - z0; z++) {
    for (let y = y0; y < height - y0; y++) {
      for (let x = x0; x < width - x0; x++) yield (z * height + y) * width + x;
    }
  }
}

/** Weighted least squares of squares ≈ a light + b total, a and b not negative. */
function fitLine(light: readonly number[], squares: readonly number[], total: number) {
  const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length;
  let [a, b] = [0, mean / total];
  for (let round = 0; round < ROUNDS; round++) {
    let [n, sx, sxx, sy, sxy] = [0, 0, 0, 0, 0];
    for (let i = 0; i < squares.length; i++) {
      const expected = Math.max(a * light[i] + b * total, LEAST + 0.05 * mean);
      const weight = 1 / (expected * expected);
      n += weight;
      sx += weight * light[i];
      sxx += weight * light[i] ** 2;
      sy += weight * squares[i];
      sxy += weight * light[i] * squares[i];
    }
    const determinant = n * sxx - sx * sx;
    const slope = determinant > 0 ? (n * sxy - sx * sy) / determinant : 0;
    const level = (sy - slope * sx) / n;
    if (slope <= 0) [a, b] = [0, Math.max(0, sy / n) / total];
    else if (level <= 0) [a, b] = [Math.max(0, sxy / sxx), 0];
    else [a, b] = [slope, level / total];
  }
  return { a, b };
}
