import { createRandomStream, type Shape3 } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { bestTranslation } from '../src/bestTranslation.ts';
import { affineFit, psnr, psnrAffine, psnrRegistered } from '../src/index.ts';
import type { Intensities } from '../src/intensities.ts';
import { translate } from '../src/psnrRegistered.ts';
import { randomVolume, valuesOf } from './volumes.ts';

type Triple = [number, number, number];

const OPTIONS = { dataRange: 1 };
const SHAPE: Shape3 = [14, 18, 20];

/** Gaussian spots of σ = 1.3 voxels, dark at the border, moved by `shift`. */
function spots(shift: Triple, shape: Shape3 = SHAPE): Intensities {
  const centers = [
    [0.4, 0.45, 0.5],
    [0.55, 0.4, 0.6],
    [0.5, 0.6, 0.35],
  ];
  return valuesOf(shape, (...voxel) =>
    centers.reduce((sum, center, n) => {
      const squares = voxel.map(
        (place, axis) => (place - shift[axis] - center[axis] * (shape[axis] - 1)) ** 2,
      );
      return (
        sum + (1 - 0.2 * n) * Math.exp(-(squares[0] + squares[1] + squares[2]) / (2 * 1.3 ** 2))
      );
    }, 0),
  );
}

function noisy(volume: Intensities, sigma: number, seed: number): Intensities {
  const stream = createRandomStream(seed, 'test/registered');
  return { ...volume, data: volume.data.map((value) => value + sigma * stream.normal()) };
}

/** Reference: the cosine series of the mirrored lines, term by term. */
function moveByCosines(volume: Intensities, shift: Triple): Intensities {
  const { shape } = volume;
  let data = Float64Array.from(volume.data);
  const strides = [shape[1] * shape[2], shape[2], 1];
  shift.forEach((amount, axis) => {
    const [side, stride] = [shape[axis], strides[axis]];
    const kernel = Array.from({ length: side }, (_, i) =>
      Array.from({ length: side }, (_unused, j) => {
        let sum = 1;
        for (let m = 1; m < side; m++)
          sum +=
            2 *
            Math.cos((Math.PI * m * (j + 0.5)) / side) *
            Math.cos((Math.PI * m * (i - amount + 0.5)) / side);
        return sum / side;
      }),
    );
    data = data.map((_, at) => {
      const i = Math.floor(at / stride) % side;
      let sum = 0;
      for (let j = 0; j < side; j++) sum += kernel[i][j] * data[at + (j - i) * stride];
      return sum;
    });
  });
  return { data, shape };
}

/** Reference: the best score of all translations of a grid, then of finer grids around the best. */
function searchGrid(estimate: Intensities, truth: Intensities): { shift: Triple; score: number } {
  let best: { shift: Triple; mse: number } = { shift: [0, 0, 0], mse: Infinity };
  for (const [reach, step] of [
    [2, 0.5],
    [0.4, 0.2],
    [0.15, 0.05],
  ]) {
    const center = best.shift;
    const steps = Array.from(
      { length: 2 * Math.round(reach / step) + 1 },
      (_, i) => i * step - reach,
    );
    for (const z of steps)
      for (const y of steps)
        for (const x of steps) {
          const shift: Triple = [center[0] + z, center[1] + y, center[2] + x];
          const mse = affineFit(moveByCosines(estimate, shift), truth).meanSquaredError;
          if (mse < best.mse) best = { shift, mse };
        }
  }
  return { shift: best.shift, score: 10 * Math.log10(1 / best.mse) };
}

describe('psnrRegistered(estimate, truth, { dataRange })', () => {
  it('is the best of a search over all translations, each evaluated term by term', () => {
    const shape: Shape3 = [9, 11, 10];
    const estimate = noisy(spots([0.6, -1.3, 0.25], shape), 0.02, 1);
    const truth = spots([0, 0, 0], shape);
    const reference = searchGrid(estimate, truth);
    // Half of the finest step, and what noise and taper move the optimum.
    bestTranslation(estimate, truth).forEach((shift, axis) =>
      expect(Math.abs(shift - reference.shift[axis])).toBeLessThan(0.06),
    );
    // A distance of 0.06 voxels from the optimum costs less than 0.1 dB at this noise.
    expect(Math.abs(psnrRegistered(estimate, truth, OPTIONS) - reference.score)).toBeLessThan(0.1);
    expect(reference.score).toBeGreaterThan(psnrAffine(estimate, truth, OPTIONS) + 5);
  });

  it.each([
    [0.3, 0, 0],
    [-0.25, 0.5, -0.75],
    [1.5, -1.9, 1.2],
    [2, -2, 1],
  ] as Triple[])('finds the translation %d, %d, %d', (z, y, x) => {
    const found = bestTranslation(spots([z, y, x]), spots([0, 0, 0]));
    // The taper, which does not move with the spots, draws the result toward 0.
    [z, y, x].forEach((shift, axis) => expect(found[axis]).toBeCloseTo(-shift, 1));
  });

  it('does not see a translation, a gain and an offset', () => {
    const truth = spots([0, 0, 0]);
    const other = spots([1.5, -2, 2.5]).data;
    const inPlace = { ...truth, data: truth.data.map((value, i) => value + 0.1 * other[i] ** 2) };
    const moved = translate(inPlace, [0.4, -0.7, 1.3]);
    const scaled = { ...moved, data: moved.data.map((value) => 3 * value - 7) };
    expect(psnr(scaled, truth, OPTIONS)).toBeLessThan(0);
    const score = psnrRegistered(scaled, truth, OPTIONS);
    expect(score).toBeGreaterThan(psnrAffine(scaled, truth, OPTIONS) + 10);
    // What the taper and the border change; the spots are not quite dark there.
    expect(Math.abs(score - psnrRegistered(inPlace, truth, OPTIONS))).toBeLessThan(0.05);
  });

  it('is never below the PSNR after the affine fit alone', () => {
    for (let seed = 0; seed < 6; seed++) {
      const [a, b] = [randomVolume([5, 6, 7], seed), randomVolume([5, 6, 7], seed + 10)];
      expect(psnrRegistered(a, b, OPTIONS)).toBeGreaterThanOrEqual(psnrAffine(a, b, OPTIONS));
    }
  });

  it('takes an estimate in its place as it is', () => {
    const truth = spots([0, 0, 0]);
    expect(psnrRegistered(truth, truth, OPTIONS)).toBe(Infinity);
    const constant = { ...truth, data: truth.data.map(() => 0.3) };
    // Rounding errors of the transform are all that is left to fit.
    expect(psnrRegistered(constant, truth, OPTIONS)).toBeCloseTo(
      psnrAffine(constant, truth, OPTIONS),
      6,
    );
  });

  it('moves nothing along a side of one voxel', () => {
    const [a, b] = [spots([0, 0.5, -1], [1, 16, 16]), spots([0, 0, 0], [1, 16, 16])];
    expect(bestTranslation(a, b)[0]).toBe(0);
    expect(psnrRegistered(a, b, OPTIONS)).toBeGreaterThan(psnrAffine(a, b, OPTIONS) + 10);
    const line: Shape3 = [1, 1, 2];
    expect(bestTranslation(randomVolume(line, 1), randomVolume(line, 2))).toEqual([0, 0, 0]);
  });

  it('refuses another shape', () => {
    expect(() => psnrRegistered(randomVolume([3, 3, 3], 1), spots([0, 0, 0]), OPTIONS)).toThrow(
      'psnrRegistered: the shape of the estimate must be that of the truth, [14, 18, 20], got [3, 3, 3]',
    );
  });
});

describe('translate(volume, shift)', () => {
  it('is the cosine series of each line where the border is dark', () => {
    const volume = spots([0, 0, 0], [15, 21, 24]);
    const shift: Triple = [0.3, -1.7, 0.9];
    const fast = translate(volume, shift).data;
    // The spots reach the border with 1e-4 of their brightness, where the continuations differ.
    moveByCosines(volume, shift).data.forEach((value, i) =>
      expect(Math.abs(fast[i] - value)).toBeLessThan(1e-3),
    );
  });

  it('moves by whole voxels exactly, and continues by the mirror image', () => {
    const line = valuesOf([1, 1, 5], (_z, _y, x) => [3, 1, 4, 1, 5][x]);
    const left = translate(line, [0, 0, -1]).data;
    [1, 4, 1, 5].forEach((value, i) => expect(left[i]).toBeCloseTo(value, 12)); // rounding
    const volume = randomVolume([4, 6, 40], 3);
    const right = translate(volume, [0, 0, 1]).data;
    for (let i = 1; i < 40; i++) expect(right[i]).toBeCloseTo(volume.data[i - 1], 12);
    // 2 of 24 voxels beyond the border, the other end has faded in by 1 %.
    expect(Math.abs(right[0] - volume.data[0])).toBeLessThan(0.02);
  });
});
