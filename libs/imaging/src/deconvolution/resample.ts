import { voxelCount, type Shape3 } from '@blurcycle/core';

/** Samples on each side that an interpolated value depends on. */
const HALF_WIDTH = 6;
/** Positions nearer to a sample than this are that sample. */
const ON_SAMPLE = 1e-9;

/** New samples along one axis of a volume. */
export interface AxisSampling {
  /** Position of the first new sample, in old samples. */
  readonly first: number;
  /** Old samples from one new sample to the next. */
  readonly step: number;
  readonly count: number;
  /**
   * Whether a new sample is the mean over its width, as a pixel of a camera, or the value at its
   * place, as a focal plane.
   */
  readonly isMean: boolean;
}

/**
 * A volume at other positions, by Lanczos interpolation along each axis; zero outside.
 *
 * sinc(t) sinc(t/6) for |t| < 6, weights brought to sum 1. Up to three quarters of the Nyquist
 * frequency it passes all waves within 1 %, and old positions keep their values. A mean takes as
 * many positions as old samples lie in a new one: for whole numbers it bins.
 *
 * Source: Duchon (1979) doi:10.1175/1520-0450(1979)018<1016:LFIOAT>2.0.CO;2.
 */
export function resample(
  data: Float32Array,
  shape: Shape3,
  axes: readonly [z: AxisSampling, y: AxisSampling, x: AxisSampling],
): Float32Array {
  let values: ArrayLike<number> = data;
  let [depth, height, width] = shape;
  values = alongAxis(values, [depth * height, width, 1], axes[2]);
  width = axes[2].count;
  values = alongAxis(values, [depth, height, width], axes[1]);
  height = axes[1].count;
  values = alongAxis(values, [1, depth, height * width], axes[0]);
  depth = axes[0].count;
  return Float32Array.from({ length: voxelCount([depth, height, width]) }, (_, i) => values[i]);
}

/** Value between the voxels of a volume. */
export function interpolate(
  data: Float32Array,
  shape: Shape3,
  place: readonly [number, number, number],
): number {
  const [value] = resample(data, shape, [at(place[0]), at(place[1]), at(place[2])]);
  return value;
}

function at(position: number): AxisSampling {
  return { first: position, step: 1, count: 1, isMean: false };
}

/** Resamples the middle axis of [outer, side, inner]. */
function alongAxis(
  data: ArrayLike<number>,
  [outer, side, inner]: Shape3,
  { first, step, count, isMean }: AxisSampling,
): Float64Array {
  const result = new Float64Array(outer * count * inner);
  const parts = isMean ? Math.max(1, Math.round(step)) : 1;
  for (let i = 0; i < count; i++) {
    for (let part = 0; part < parts; part++) {
      const position = first + i * step + ((part + 0.5) / parts - 0.5) * step;
      const { from, weights } = tapsAt(position);
      weights.forEach((weight, tap) => {
        const sample = from + tap;
        if (sample < 0 || sample >= side) return;
        const factor = weight / parts;
        for (let o = 0; o < outer; o++) {
          const target = (o * count + i) * inner;
          const source = (o * side + sample) * inner;
          for (let k = 0; k < inner; k++) result[target + k] += factor * data[source + k];
        }
      });
    }
  }
  return result;
}

/** The samples that a position depends on, the first of them, and their weights. */
function tapsAt(position: number): { readonly from: number; readonly weights: readonly number[] } {
  const nearest = Math.round(position);
  if (Math.abs(position - nearest) < ON_SAMPLE) return { from: nearest, weights: [1] };
  const from = Math.floor(position) - HALF_WIDTH + 1;
  const raw = Array.from({ length: 2 * HALF_WIDTH }, (_, tap) => {
    const t = position - (from + tap);
    return sinc(t) * sinc(t / HALF_WIDTH);
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { from, weights: raw.map((weight) => weight / total) };
}

function sinc(t: number): number {
  return t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
}
