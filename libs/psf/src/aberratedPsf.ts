import { assertRange, assertShape, createVolume, type Volume } from '@blurcycle/core';
import type { Sampling } from './optics.ts';
import type { Pupil, PupilModel } from './pupil.ts';
import { FIRST_NOLL_INDEX } from './pupilKernel/pupilKernel.ts';
import { nollMode, zernike } from './pupilKernel/zernike.ts';
import { pupilLight, voxelRules } from './rasterizePupil.ts';
import { axialGrid } from './voxelGrid.ts';

/** Zernike coefficients in rad RMS, Noll's indices 5, 6, 7, …: no piston, tip, tilt, defocus. */
export type ZernikeCoefficients = readonly number[];

/** Intensity profile along z at a place beside the axis, for fixed places along it. */
type LineProfiler = (yUm: number, xUm: number) => Float64Array;

/**
 * A pupil with Zernike aberrations, which need not be round: the intensity on a voxel grid.
 *
 * E(r) = Σ_j e^{i (phase_j + axial_j z)} mean over φ of P(ρ_j, φ) e^{i Σ c_n Z_n(ρ_j, φ)} e^{i l_j
 * (x cos φ + y sin φ)}, ρ the lateral frequency over that of the rim, rings by Gauss–Legendre,
 * azimuths in equal steps; P holds the polarization of vectorial models. Both rules are made finer
 * until two agree at the corners of the grid.
 *
 * Cost: pixels × rings × azimuths × (1 or 5 fields), 1 or 2 s for 31x31x31 voxels.
 * Source: Noll (1976) doi:10.1364/JOSA.66.000207 for the polynomials; Hanser et al. (2004)
 * doi:10.1111/j.0022-2720.2004.01393.x for the pupil function of a microscope.
 */
export function aberratedPsf(
  model: PupilModel,
  coefficients: ZernikeCoefficients,
  sampling: Sampling,
  centerZUm: number,
): Volume {
  const { shape, voxelSizeUm } = sampling;
  assertShape('aberratedPsf', 'shape', shape);
  const [depth, height, width] = shape;
  const [dz, dy, dx] = voxelSizeUm;
  const [ruleZ, ruleY, ruleX] = voxelRules(sampling, pupilLight(model));
  const along = axialGrid(depth, dz, ruleZ, centerZUm, false);
  const corner = { axial: along.largestUm, lateral: Math.hypot(height * dy, width * dx) / 2 };
  const line = aberratedLines(model, coefficients, corner)(along.positionsUm);
  const volume = createVolume(shape, voxelSizeUm);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      ruleY.offsets.forEach((offsetY, j) => {
        ruleX.offsets.forEach((offsetX, i) => {
          const values = line(
            (y - (height - 1) / 2) * dy + offsetY,
            (x - (width - 1) / 2) * dx + offsetX,
          );
          const area = ruleY.weights[j] * ruleX.weights[i];
          along.planes.forEach(({ positions, weights }, plane) => {
            let sum = 0;
            positions.forEach((position, k) => (sum += weights[k] * values[position]));
            volume.data[(plane * height + y) * width + x] += area * sum;
          });
        });
      });
    }
  }
  return volume;
}

/** Prepares for places up to `extentUm`; then for places along z. */
export function aberratedLines(
  model: PupilModel,
  coefficients: ZernikeCoefficients,
  extentUm: { readonly axial: number; readonly lateral: number },
): (positionsUm: Float64Array) => LineProfiler {
  assertRange(
    coefficients.every(Number.isFinite),
    'aberratedPsf',
    'zernike',
    'be finite numbers of rad',
    coefficients,
  );
  const phaseSpan = model.phaseSpan(extentUm.lateral, extentUm.axial);
  const steep = coefficients.reduce((sum, c, i) => {
    const { degree } = nollMode(FIRST_NOLL_INDEX + i);
    return sum + Math.abs(c) * degree * Math.sqrt(2 * (degree + 1));
  }, 0);
  let rings = Math.ceil((phaseSpan + steep) / 2 + 3 * Math.cbrt(phaseSpan + steep) + 12);
  const around = model.lateralLimit * extentUm.lateral + steep;
  let azimuths = Math.ceil(around + 6 * Math.cbrt(around) + 24);
  const probes = new Float64Array([-extentUm.axial, 0, extentUm.axial]);
  const sides = extentUm.lateral * Math.SQRT1_2;
  const places = [
    [0, 0],
    [0, extentUm.lateral],
    [sides, -sides],
  ];
  for (;;) {
    const lines = createLines(model.discretize(rings), model.lateralLimit, coefficients, azimuths);
    const [finerRings, finerAzimuths] = [Math.ceil(rings * 1.3), Math.ceil(azimuths * 1.3)];
    const finer = createLines(
      model.discretize(finerRings),
      model.lateralLimit,
      coefficients,
      finerAzimuths,
    );
    const agree = places.every(([y, x]) => {
      const [a, b] = [lines(probes)(y, x), finer(probes)(y, x)];
      return a.every((value, i) => Math.abs(value - b[i]) < AGREEMENT);
    });
    if (agree) return lines;
    assertRange(
      rings < MOST_RINGS,
      'aberratedPsf',
      'zernike',
      `converge within ${MOST_RINGS} rings`,
      coefficients,
      'coefficients are in rad RMS',
    );
    [rings, azimuths] = [finerRings, finerAzimuths];
  }
}

/** Two rules agree when no intensity at a corner differs by more, the focus being 1. */
const AGREEMENT = 1e-12;
const MOST_RINGS = 2000;

function createLines(
  pupil: Pupil,
  limit: number,
  coefficients: ZernikeCoefficients,
  azimuths: number,
): (positionsUm: Float64Array) => LineProfiler {
  const rings = pupil.lateral.length;
  const modes = coefficients.map((_, i) => nollMode(FIRST_NOLL_INDEX + i));
  const cosines = new Float64Array(azimuths);
  const sines = new Float64Array(azimuths);
  const aberration = new Float64Array(rings * azimuths);
  for (let m = 0; m < azimuths; m++) {
    const phi = (2 * Math.PI * m) / azimuths;
    cosines[m] = Math.cos(phi);
    sines[m] = Math.sin(phi);
    for (let j = 0; j < rings; j++) {
      const rho = pupil.lateral[j] / limit;
      aberration[j * azimuths + m] = modes.reduce(
        (sum, mode, i) => sum + coefficients[i] * zernike(mode, rho, phi),
        0,
      );
    }
  }
  const fields = pupil.amplitudes.length === 3 ? vectorialFields(cosines, sines) : [null];
  return (positionsUm) => lineProfiler({ pupil, cosines, sines, aberration, fields }, positionsUm);
}

/** Bessel order of the amplitudes and azimuthal factor of each field; null is the scalar one. */
type Field = { readonly order: number; readonly factor: Float64Array } | null;

/**
 * 1 - c's part cos 2φ and sin 2φ, and the longitudinal one cos φ and sin φ, beside 1 + c: for light
 * polarized along x the fields are A - B, C and 2 D, for y A + B, C and 2 E.
 */
function vectorialFields(cosines: Float64Array, sines: Float64Array): Field[] {
  return [
    null,
    { order: 2, factor: cosines.map((c) => 2 * c * c - 1) },
    { order: 2, factor: cosines.map((c, m) => 2 * c * sines[m]) },
    { order: 1, factor: cosines },
    { order: 1, factor: sines },
  ];
}

interface Wave {
  readonly pupil: Pupil;
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
  /** Σ c_n Z_n at [ring, azimuth]. */
  readonly aberration: Float64Array;
  readonly fields: readonly Field[];
}

function lineProfiler(wave: Wave, positionsUm: Float64Array): LineProfiler {
  const { pupil, fields } = wave;
  const rings = pupil.lateral.length;
  const count = fields.length;
  const turns = Array.from(positionsUm, (z) => ({
    cosine: pupil.axial.map((f, j) => Math.cos(f * z + (pupil.phase?.[j] ?? 0))),
    sine: pupil.axial.map((f, j) => Math.sin(f * z + (pupil.phase?.[j] ?? 0))),
  }));
  const real = new Float64Array(rings * count);
  const imaginary = new Float64Array(rings * count);
  return (yUm, xUm) => {
    sumAzimuths(wave, yUm, xUm, real, imaginary);
    return Float64Array.from(turns, ({ cosine, sine }) => {
      const [re, im] = [new Float64Array(count), new Float64Array(count)];
      for (let f = 0; f < count; f++) {
        for (let j = 0; j < rings; j++) {
          const [a, b] = [real[f * rings + j], imaginary[f * rings + j]];
          re[f] += a * cosine[j] - b * sine[j];
          im[f] += a * sine[j] + b * cosine[j];
        }
      }
      return intensityOf(re, im, pupil.anisotropy);
    });
  };
}

function sumAzimuths(
  { pupil, cosines, sines, aberration, fields }: Wave,
  yUm: number,
  xUm: number,
  real: Float64Array,
  imaginary: Float64Array,
): void {
  const azimuths = cosines.length;
  const rings = pupil.lateral.length;
  real.fill(0);
  imaginary.fill(0);
  for (let j = 0; j < rings; j++) {
    for (let m = 0; m < azimuths; m++) {
      const path = pupil.lateral[j] * (xUm * cosines[m] + yUm * sines[m]);
      const phase = path + aberration[j * azimuths + m];
      const [c, s] = [Math.cos(phase) / azimuths, Math.sin(phase) / azimuths];
      for (let f = 0; f < fields.length; f++) {
        const field = fields[f];
        const amplitude =
          field === null
            ? pupil.amplitudes[0][j]
            : pupil.amplitudes[field.order][j] * field.factor[m];
        real[f * rings + j] += amplitude * c;
        imaginary[f * rings + j] += amplitude * s;
      }
    }
  }
}

function intensityOf(re: Float64Array, im: Float64Array, anisotropy: number): number {
  const square = (f: number): number => re[f] ** 2 + im[f] ** 2;
  if (re.length === 1) return square(0);
  const mean = square(0) + square(1) + square(2) + 2 * (square(3) + square(4));
  const angular = -2 * (re[0] * re[1] + im[0] * im[1]) + 2 * (square(3) - square(4));
  return mean + anisotropy * angular;
}
