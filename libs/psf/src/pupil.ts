import { RuleError } from '@blurcycle/core';
import { besselJ01, besselJ2 } from './besselJ.ts';

/**
 * A rotationally symmetric pupil, discretized into rings: the discrete form of every diffraction
 * integral in this library.
 *
 * F_m(r, z) = Σ_j amplitudes[m][j] · J_m(lateral[j] r) · exp(i (phase[j] + axial[j] z)),
 * I(r, φ, z) = Σ_m intensityWeights[m] |F_m|² + anisotropy · cos 2φ · (2 Re(F_0 F_2*) + 2 |F_1|²).
 *
 * Scalar models have order 0 alone, vectorial models orders 0, 1 and 2.
 */
export interface Pupil {
  /** Lateral spatial frequency of each ring, rad/µm. */
  readonly lateral: Float64Array;
  /** Axial spatial frequency of each ring, rad/µm, up to a common constant. */
  readonly axial: Float64Array;
  /** Phase of each ring at z = 0, rad; null when all are zero, and then I(z) = I(-z). */
  readonly phase: Float64Array | null;
  /** Real amplitudes of each ring, quadrature weight included, one array for each Bessel order. */
  readonly amplitudes: readonly Float64Array[];
  /**
   * Polarization: 1 along x, -1 along y, 0 for circular or unpolarized light and for scalar models.
   */
  readonly anisotropy: -1 | 0 | 1;
  /** `psfgenerator` replaces J2 by the formula of EPFL's PSF Generator. */
  readonly secondOrder: 'standard' | 'psfgenerator';
  /**
   * ∬ I dx dy in µm², the same for every z; null for `psfgenerator`, which is no physical field.
   */
  readonly planeEnergyUm2: number | null;
}

/** Weight of each order in the intensity averaged over the azimuth. */
export const INTENSITY_WEIGHTS = [1, 2, 1] as const;

/**
 * The pupil at one lateral frequency, as a continuous function; its field is ∬ amplitudes[m] exp(i
 * …) d²q.
 */
interface PupilPoint {
  /** Amplitude density of each Bessel order, up to one common factor. */
  readonly amplitudes: readonly number[];
  /** rad/µm, up to the same constant as `Pupil.axial`. */
  readonly axial: number;
  readonly phase: number;
}

/** A model of the microscope, discretized into any number of rings. */
export interface PupilModel {
  /** The pupil in about `rings` rings, placed by Gauss–Legendre rules. */
  discretize(rings: number): Pupil;
  /** The pupil at lateral frequency `lateral`, up to `lateralLimit`. */
  at(lateral: number): PupilPoint;
  /** Lateral frequency of the pupil's rim, rad/µm. */
  readonly lateralLimit: number;
  /**
   * Upper bound of the change of phase between the rings' contributions, in rad per unit of the
   * quadrature angle θ (rings at (1 - cos θ)/2), at lateral distance `radiusUm` and defocus `zUm`:
   * it determines the number of rings.
   */
  phaseSpan(radiusUm: number, zUm: number): number;
}

/**
 * Two discretizations agree when no field at a corner of the grid differs by more than this part of
 * the field in the focus.
 */
const AGREEMENT = 3e-14;
/** Tolerance for the rounding of a phase of `span` rad, which more rings do not reduce. */
const ROUNDING = 1e-15;
const MOST_RINGS = 20_000;

/**
 * Discretizes a pupil into enough rings for every point up to `radiusUm` from the axis and `zUm`
 * from the focal plane.
 *
 * A Gauss–Legendre rule of N nodes integrates exp(iφ(θ)) with |dφ/dθ| ≤ ω to rounding once 2N > ω +
 * 6 ω^(1/3) + 20: the error falls like the Bessel function J_2N(ω) beyond its turning point. The
 * result is then compared with a finer discretization at the corners, because an aberration may
 * vary faster than the estimate assumes.
 *
 * @throws {RuleError} If the integral does not converge within 20,000 rings.
 */
export function discretizePupil(model: PupilModel, radiusUm: number, zUm: number): Pupil {
  const span = model.phaseSpan(radiusUm, zUm);
  let rings = Math.ceil(span / 2 + 3 * Math.cbrt(span) + 10);
  let pupil = model.discretize(rings);
  for (;;) {
    const finer = model.discretize(Math.ceil(rings * 1.2) + 4);
    if (discretizationsAgree(pupil, finer, radiusUm, zUm, AGREEMENT + ROUNDING * span))
      return pupil;
    if (rings > MOST_RINGS) {
      throw new RuleError(
        `discretizePupil: the diffraction integral must converge within ${MOST_RINGS} rings at r = ${radiusUm} µm, ` +
          `z = ${zUm} µm (check the voxel size and the thicknesses: lengths are in µm)`,
      );
    }
    rings = Math.ceil(rings * 1.5);
    pupil = model.discretize(rings);
  }
}

function discretizationsAgree(
  coarse: Pupil,
  fine: Pupil,
  radiusUm: number,
  zUm: number,
  tolerance: number,
): boolean {
  return [0, radiusUm].every((r) =>
    [-zUm, 0, zUm].every((z) => {
      const a = pupilFields(coarse, r, z);
      const b = pupilFields(fine, r, z);
      return a.real.every(
        (value, m) => Math.hypot(value - b.real[m], a.imaginary[m] - b.imaginary[m]) <= tolerance,
      );
    }),
  );
}

/**
 * J2 as PSF Generator computes it: 2 J1(x)/x + J0(x), and 0 at x = 0. The correct sign of J0 is
 * minus.
 */
function psfGeneratorJ2(x: number, j0: number, j1: number): number {
  return x === 0 ? 0 : (2 * j1) / x + j0;
}

/**
 * Fills in the contributions of the rings at lateral distance `radiusUm`, without their phases: one
 * row for each Bessel order.
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
interface Fields {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Sums the rings at (r, z); `rasterizePupil` computes the same for whole grids. */
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
 * Intensity at one point: the mean over the azimuth, and the amplitude of its cos 2φ part for light
 * polarized along x.
 */
interface IntensityParts {
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
