import { assertShape, createVolume, type Volume } from '@blurcycle/core';
import type { Sampling } from './optics.ts';
import {
  discretizePupil,
  fillRingRows,
  INTENSITY_WEIGHTS,
  type Pupil,
  type PupilModel,
} from './pupil.ts';
import {
  axialGrid,
  CENTER_RULE,
  cellRule,
  lateralGrid,
  type AxialGrid,
  type CellRule,
  type LateralGrid,
} from './voxelGrid.ts';

/** Light of a microscope around the focus, round about the axis but for a part in cos 2φ. */
export interface IntensityModel {
  /** Highest frequencies of the intensity, rad/µm. */
  readonly lateralBand: number;
  readonly axialBand: number;
  /** Whether z and -z are alike. */
  readonly isEven: boolean;
  readonly anisotropy: Pupil['anisotropy'];
  /** Computes profiles up to `radiusUm` from the axis and `zUm` from the focal plane. */
  prepare(radiusUm: number, zUm: number): (positionsUm: Float64Array) => Profiler;
}

/** Computes intensity profiles along z, one radius at a time, into the same two arrays. */
export interface Profiler {
  /** Fills `mean` and `angular` for lateral distance `radiusUm`. */
  profile(radiusUm: number): void;
  readonly mean: Float64Array;
  readonly angular: Float64Array;
}

/** The intensity of a pupil. */
export function pupilLight(model: PupilModel): IntensityModel {
  const probe = model.discretize(16);
  return {
    // The intensity is a product of two fields: its frequencies reach twice as far laterally, and
    // over the whole difference of the rings' frequencies axially.
    lateralBand: 2 * Math.max(...probe.lateral) * 1.05,
    axialBand: (Math.max(...probe.axial) - Math.min(...probe.axial)) * 1.05,
    isEven: probe.phase === null,
    anisotropy: probe.anisotropy,
    prepare(radiusUm, zUm) {
      const pupil = discretizePupil(model, radiusUm, zUm);
      return (positionsUm) => createProfiler(pupil, positionsUm);
    },
  };
}

/** The intensity of a pupil on a voxel grid centered on the axis at defocus `centerZUm`. */
export function rasterizePupil(model: PupilModel, sampling: Sampling, centerZUm = 0): Volume {
  return rasterizeLight(pupilLight(model), sampling, centerZUm);
}

/**
 * Intensity on a voxel grid centered on the axis at defocus `centerZUm`.
 *
 * Each distinct radius and defocus is computed once: radii are shared by mirror images and by
 * pixels at the same distance, planes by z and -z where the light is even.
 */
export function rasterizeLight(light: IntensityModel, sampling: Sampling, centerZUm = 0): Volume {
  const { shape, voxelSizeUm } = sampling;
  assertShape('rasterizePupil', 'shape', shape);
  const volume = createVolume(shape, voxelSizeUm);
  const [depth, height, width] = shape;
  const [dz, dy, dx] = voxelSizeUm;
  const [ruleZ, ruleY, ruleX] = voxelRules(sampling, light);
  const grid = lateralGrid([height, width], [dy, dx], [ruleY, ruleX]);
  const mirrored = light.isEven && centerZUm === 0;
  const along = axialGrid(depth, dz, ruleZ, centerZUm, mirrored);
  const profilerAt = light.prepare(grid.largestRadiusUm, along.largestUm);
  fillVolume(volume, profilerAt(along.positionsUm), light.anisotropy, grid, along);
  return volume;
}

/** Where the intensity is taken inside a voxel along z, y and x. */
export function voxelRules(
  { voxelSizeUm: [dz, dy, dx], pixelIntegration = 'none' }: Sampling,
  { lateralBand, axialBand }: Pick<IntensityModel, 'lateralBand' | 'axialBand'>,
): readonly [z: CellRule, y: CellRule, x: CellRule] {
  const lateral = pixelIntegration === 'lateral' || pixelIntegration === 'both';
  const axial = pixelIntegration === 'axial' || pixelIntegration === 'both';
  return [
    axial ? cellRule(dz, axialBand) : CENTER_RULE,
    lateral ? cellRule(dy, lateralBand) : CENTER_RULE,
    lateral ? cellRule(dx, lateralBand) : CENTER_RULE,
  ];
}

function fillVolume(
  volume: Volume,
  profiler: Profiler,
  anisotropy: Pupil['anisotropy'],
  grid: LateralGrid,
  along: AxialGrid,
): void {
  const depth = volume.shape[0];
  const count = grid.classes.length;
  const anisotropic = anisotropy !== 0;
  const meanTable = new Float64Array(depth * count);
  const angularTable = new Float64Array(anisotropic ? depth * count : 0);
  grid.classes.forEach((pixels, number) => {
    pixels.radiiUm.forEach((radius, sample) => {
      profiler.profile(radius);
      along.planes.forEach(({ positions, weights }, plane) => {
        for (let i = 0; i < positions.length; i++) {
          const index = plane * count + number;
          meanTable[index] += pixels.weights[sample] * weights[i] * profiler.mean[positions[i]];
          if (anisotropic) {
            angularTable[index] +=
              pixels.angularWeights[sample] * weights[i] * profiler.angular[positions[i]];
          }
        }
      });
    });
  });
  const area = grid.classOf.length;
  for (let plane = 0; plane < depth; plane++) {
    for (let pixel = 0; pixel < area; pixel++) {
      const index = plane * count + grid.classOf[pixel];
      const angular = anisotropic
        ? anisotropy * grid.angularFactor[pixel] * angularTable[index]
        : 0;
      volume.data[plane * area + pixel] = meanTable[index] + angular;
    }
  }
}

/**
 * A profiler for fixed defocus values: it computes the phases of the rings once and the Bessel
 * functions once for each radius.
 *
 * Cost per radius: rings × (one Bessel pair + 2 × orders × positions multiply-adds).
 */
function createProfiler(pupil: Pupil, positionsUm: Float64Array): Profiler {
  const rings = pupil.lateral.length;
  const count = positionsUm.length;
  const cosines = new Float64Array(count * rings);
  const sines = new Float64Array(count * rings);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < rings; j++) {
      const phase = pupil.axial[j] * positionsUm[i] + (pupil.phase === null ? 0 : pupil.phase[j]);
      cosines[i * rings + j] = Math.cos(phase);
      sines[i * rings + j] = Math.sin(phase);
    }
  }
  const rows = pupil.amplitudes.map(() => new Float64Array(rings));
  const mean = new Float64Array(count);
  const angular = new Float64Array(count);
  const vectorial = rows.length === 3;
  return {
    mean,
    angular,
    profile(radiusUm) {
      fillRingRows(pupil, radiusUm, rows);
      for (let i = 0; i < count; i++) {
        if (vectorial) vectorialSum(rows, cosines, sines, i, mean, angular);
        else mean[i] = scalarSum(rows[0], cosines, sines, i);
      }
    },
  };
}

function scalarSum(
  row: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
  position: number,
): number {
  const rings = row.length;
  const first = position * rings;
  let real = 0;
  let imaginary = 0;
  for (let j = 0; j < rings; j++) {
    real += row[j] * cosines[first + j];
    imaginary += row[j] * sines[first + j];
  }
  return real * real + imaginary * imaginary;
}

function vectorialSum(
  rows: readonly Float64Array[],
  cosines: Float64Array,
  sines: Float64Array,
  position: number,
  mean: Float64Array,
  angular: Float64Array,
): void {
  const [row0, row1, row2] = rows;
  const rings = row0.length;
  const first = position * rings;
  let real0 = 0;
  let real1 = 0;
  let real2 = 0;
  let imaginary0 = 0;
  let imaginary1 = 0;
  let imaginary2 = 0;
  for (let j = 0; j < rings; j++) {
    const cosine = cosines[first + j];
    const sine = sines[first + j];
    real0 += row0[j] * cosine;
    imaginary0 += row0[j] * sine;
    real1 += row1[j] * cosine;
    imaginary1 += row1[j] * sine;
    real2 += row2[j] * cosine;
    imaginary2 += row2[j] * sine;
  }
  const longitudinal = real1 * real1 + imaginary1 * imaginary1;
  mean[position] =
    INTENSITY_WEIGHTS[0] * (real0 * real0 + imaginary0 * imaginary0) +
    INTENSITY_WEIGHTS[1] * longitudinal +
    INTENSITY_WEIGHTS[2] * (real2 * real2 + imaginary2 * imaginary2);
  angular[position] = 2 * (real0 * real2 + imaginary0 * imaginary2 + longitudinal);
}
