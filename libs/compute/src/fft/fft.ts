import { assertRange } from '@blurcycle/core';

/** Discrete Fourier transforms of one length; real and imaginary parts lie in separate arrays. */
export interface FftPlan {
  readonly length: number;
  /**
   * X[k] = sum over j of x[j] exp(-2 pi i j k / n), in place. The inverse is the same with the two
   * arrays exchanged.
   */
  transform(real: Float64Array, imaginary: Float64Array): void;
}

/**
 * One pass of the transform: `radix` sub-sequences of `span` elements are combined, `stride`
 * sequences side by side.
 */
interface Stage {
  readonly radix: number;
  readonly span: number;
  readonly stride: number;
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/**
 * Plan of a complex transform of `length`, any product of 2, 3, 5 and 7.
 *
 * Stockham's self-sorting decimation in frequency: no bit reversal, one work array. Tables are in
 * double precision.
 * Cost: O(n log n).
 * Source: Stockham (1966); the sums of odd radices are written out by their definition.
 */
export function createFftPlan(length: number): FftPlan {
  assertRange(isSmooth(length), 'createFftPlan', 'length', 'have no prime factor above 7', length);
  const stages = planStages(length);
  const workReal = new Float64Array(length);
  const workImaginary = new Float64Array(length);
  return {
    length,
    transform(real, imaginary) {
      let fromReal = real;
      let fromImaginary = imaginary;
      let toReal: Float64Array = workReal;
      let toImaginary: Float64Array = workImaginary;
      for (const stage of stages) {
        runStage(stage, fromReal, fromImaginary, toReal, toImaginary);
        [fromReal, toReal] = [toReal, fromReal];
        [fromImaginary, toImaginary] = [toImaginary, fromImaginary];
      }
      if (fromReal !== real) {
        real.set(fromReal.subarray(0, length));
        imaginary.set(fromImaginary.subarray(0, length));
      }
    },
  };
}

function planStages(length: number): Stage[] {
  const stages: Stage[] = [];
  let rest = length;
  let stride = 1;
  while (rest > 1) {
    const radix = [4, 2, 3, 5, 7].find((candidate) => rest % candidate === 0) ?? rest;
    const span = rest / radix;
    const cosines = new Float64Array(span * radix);
    const sines = new Float64Array(span * radix);
    for (let p = 0; p < span; p++) {
      for (let k = 0; k < radix; k++) {
        const angle = (-2 * Math.PI * p * k) / rest;
        cosines[p * radix + k] = Math.cos(angle);
        sines[p * radix + k] = Math.sin(angle);
      }
    }
    stages.push({ radix, span, stride, cosines, sines });
    rest = span;
    stride *= radix;
  }
  return stages;
}

function runStage(
  { radix, span, stride, cosines, sines }: Stage,
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
): void {
  const rootReal = ROOTS_REAL[radix];
  const rootImaginary = ROOTS_IMAGINARY[radix];
  const jump = stride * span;
  for (let p = 0; p < span; p++) {
    for (let q = 0; q < stride; q++) {
      const from = q + stride * p;
      const to = q + stride * radix * p;
      for (let k = 0; k < radix; k++) {
        let sumReal = xr[from];
        let sumImaginary = xi[from];
        for (let j = 1, turn = k; j < radix; j++, turn = (turn + k) % radix) {
          const a = xr[from + j * jump];
          const b = xi[from + j * jump];
          sumReal += a * rootReal[turn] - b * rootImaginary[turn];
          sumImaginary += a * rootImaginary[turn] + b * rootReal[turn];
        }
        const c = cosines[p * radix + k];
        const s = sines[p * radix + k];
        yr[to + k * stride] = sumReal * c - sumImaginary * s;
        yi[to + k * stride] = sumReal * s + sumImaginary * c;
      }
    }
  }
}

/** The r-th roots of unity exp(-2 pi i t / r), by radix; exact where they are 0 or 1. */
const ROOTS_REAL: Readonly<Record<number, Float64Array>> = rootTable((angle) => Math.cos(angle));
const ROOTS_IMAGINARY: Readonly<Record<number, Float64Array>> = rootTable((angle) =>
  Math.sin(angle),
);

function rootTable(part: (angle: number) => number): Record<number, Float64Array> {
  return Object.fromEntries(
    [2, 3, 4, 5, 7].map((radix) => [
      radix,
      Float64Array.from({ length: radix }, (_, turn) => {
        const value = part((-2 * Math.PI * turn) / radix);
        return Math.abs(value) < 1e-15 ? 0 : value;
      }),
    ]),
  );
}

/**
 * Smallest length at or above `minimum` whose only prime factors are 2, 3, 5 and 7, the radices of
 * our transforms. The time per voxel hardly depends on the factors, so the smallest is the fastest.
 *
 * @param minimum - Positive integer.
 */
export function smoothLength(minimum: number): number {
  let length = Math.max(1, minimum);
  while (!isSmooth(length)) length++;
  return length;
}

/** True when `length` has no prime factor above 7. */
export function isSmooth(length: number): boolean {
  let rest = length;
  for (const radix of [2, 3, 5, 7]) while (rest % radix === 0) rest /= radix;
  return rest === 1;
}
