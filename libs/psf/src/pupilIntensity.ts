import { besselJ01, besselJ2 } from './besselJ.ts';
import { INTENSITY_WEIGHTS, type Pupil } from './pupil.ts';

/**
 * J2 as PSF Generator computes it: 2 J1(x)/x + J0(x), and 0 at x = 0. The sign of J0 should be
 * minus.
 */
export function psfGeneratorJ2(x: number, j0: number, j1: number): number {
  return x === 0 ? 0 : (2 * j1) / x + j0;
}

/**
 * The rings' contributions at lateral distance `radiusUm`, before their phases: one row for each
 * Bessel order.
 */
export function fillRingRows(pupil: Pupil, radiusUm: number, rows: readonly Float64Array[]): void {
  const { lateral, amplitudes } = pupil;
  const pair = new Float64Array(2);
  const second = pupil.secondOrder === 'standard' ? besselJ2 : psfGeneratorJ2;
  const vectorial = amplitudes.length === 3;
  for (let j = 0; j < lateral.length; j++) {
    const x = lateral[j] * radiusUm;
    besselJ01(x, pair);
    rows[0][j] = amplitudes[0][j] * pair[0];
    if (vectorial) {
      rows[1][j] = amplitudes[1][j] * pair[1];
      rows[2][j] = amplitudes[2][j] * second(x, pair[0], pair[1]);
    }
  }
}

/** F_0 … F_m at (r, z). */
export interface Fields {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Sums the rings at (r, z): the plain form of what the rasterizer repeats over whole grids. */
export function pupilFields(pupil: Pupil, radiusUm: number, zUm: number): Fields {
  const rows = pupil.amplitudes.map((row) => new Float64Array(row.length));
  fillRingRows(pupil, radiusUm, rows);
  const real = new Float64Array(rows.length);
  const imaginary = new Float64Array(rows.length);
  for (let j = 0; j < pupil.lateral.length; j++) {
    const phase = pupil.axial[j] * zUm + (pupil.phase === null ? 0 : pupil.phase[j]);
    const cosine = Math.cos(phase);
    const sine = Math.sin(phase);
    for (let m = 0; m < rows.length; m++) {
      real[m] += rows[m][j] * cosine;
      imaginary[m] += rows[m][j] * sine;
    }
  }
  return { real, imaginary };
}

/**
 * Intensity at one place: its mean over the azimuth, and the amplitude of its cos 2φ for light
 * polarized along x.
 */
export interface IntensityParts {
  readonly mean: number;
  readonly angular: number;
}

/** Intensity parts at (r, z). */
export function pupilIntensity(pupil: Pupil, radiusUm: number, zUm: number): IntensityParts {
  const { real, imaginary } = pupilFields(pupil, radiusUm, zUm);
  const square = (m: number): number => real[m] * real[m] + imaginary[m] * imaginary[m];
  const mean = real.reduce((sum, _, m) => sum + INTENSITY_WEIGHTS[m] * square(m), 0);
  const angular =
    real.length === 3 ? 2 * (real[0] * real[2] + imaginary[0] * imaginary[2] + square(1)) : 0;
  return { mean, angular };
}

/** Intensity at (z, y, x) relative to the focus. */
export function intensityAt(pupil: Pupil, zUm: number, yUm: number, xUm: number): number {
  const square = xUm * xUm + yUm * yUm;
  const { mean, angular } = pupilIntensity(pupil, Math.sqrt(square), zUm);
  return square === 0
    ? mean
    : mean + (pupil.anisotropy * angular * (xUm * xUm - yUm * yUm)) / square;
}
