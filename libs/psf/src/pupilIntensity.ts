import { besselJ01, besselJ2 } from './besselJ.ts';
import { INTENSITY_WEIGHTS, type Pupil } from './pupil.ts';

/** J2 as PSF Generator computes it: 2 J1(x)/x + J0(x), and 0 at x = 0. The sign of J0 should be minus. */
export function psfGeneratorJ2(x: number, j0: number, j1: number): number {
  return x === 0 ? 0 : (2 * j1) / x + j0;
}

/** The rings' contributions at lateral distance `radiusUm`, before their phases: one row for each Bessel order. */
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

/** Intensity at one place, from its parts: the mean over the azimuth and the amplitude of its cos 2φ. */
export interface IntensityParts {
  mean: number;
  angular: number;
}

/** Combines Σ row·cos and Σ row·sin of each order into the intensity. */
export function combineFields(
  real: ArrayLike<number>,
  imaginary: ArrayLike<number>,
  out: IntensityParts,
): void {
  out.mean = 0;
  for (let m = 0; m < real.length; m++) {
    out.mean += INTENSITY_WEIGHTS[m] * (real[m] * real[m] + imaginary[m] * imaginary[m]);
  }
  out.angular =
    real.length === 3
      ? 2 *
        (real[0] * real[2] + imaginary[0] * imaginary[2] + real[1] * real[1] + imaginary[1] * imaginary[1])
      : 0;
}

/** Intensity parts at (r, z) by summing the rings: the plain form that the rasterizer repeats over whole grids. */
export function pupilIntensity(pupil: Pupil, radiusUm: number, zUm: number): IntensityParts {
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
  const parts = { mean: 0, angular: 0 };
  combineFields(real, imaginary, parts);
  return parts;
}
