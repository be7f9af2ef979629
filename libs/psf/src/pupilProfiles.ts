import { INTENSITY_WEIGHTS, type Pupil } from './pupil.ts';
import { fillRingRows } from './pupilIntensity.ts';

/** Computes intensity profiles along z, one radius at a time, into the same two arrays. */
export interface Profiler {
  /** Fills `mean` and `angular` for lateral distance `radiusUm`. */
  profile(radiusUm: number): void;
  readonly mean: Float64Array;
  readonly angular: Float64Array;
}

/**
 * A profiler for fixed defocus values: the rings' phases are computed once, the Bessel functions
 * once per radius.
 *
 * Cost per radius: rings × (one Bessel pair + 2 × orders × positions multiply-adds).
 */
export function createProfiler(pupil: Pupil, positionsUm: Float64Array): Profiler {
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
