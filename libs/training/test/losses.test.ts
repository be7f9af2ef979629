import type { scalar } from '@tensorflow/tfjs-core';
import { tensor5d, tidy } from '@tensorflow/tfjs-core';
import { selectBackend } from '@blurcycle/compute';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cycleLoss, leastSquaresGan, withoutMargin } from '../src/losses.ts';
import { learningRateFactor } from '../src/optimizerGroup.ts';

beforeAll(async () => {
  await selectBackend('js');
});

const volume = (values: readonly number[]) => tensor5d([...values], [1, 1, 1, values.length, 1]);
const read = (compute: () => ReturnType<typeof scalar>): number => tidy(() => compute().dataSync()[0]);
const scores = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 8 });

describe('leastSquaresGan(scores, label)', () => {
  it('averages the squared distance to the label over voxels, then over scales', () => {
    const value = read(() => leastSquaresGan([volume([1, 3]), volume([0])], 1));
    expect(value).toBeCloseTo((2 + 1) / 2, 6); // exact in float32
  });

  it('with labels 1 and -1 is the magnitude-penalized Wasserstein loss at eta = 1/2 (eq. 20 to 22)', () => {
    fc.assert(
      fc.property(scores, scores, (real, fake) => {
        const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
        const square = (values: readonly number[]): number => mean(values.map((value) => value ** 2));
        const eta = 0.5;
        const penalized = mean(real) - mean(fake) - eta * (square(real) + square(fake)); // eq. 20
        const leastSquares =
          read(() => leastSquaresGan([volume(real)], 1)) + read(() => leastSquaresGan([volume(fake)], -1));
        expect(penalized).toBeCloseTo(1 - 0.5 * leastSquares, 4); // eq. 22; float32 sums of values up to 16
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

describe('cycleLoss(a, b, norm)', () => {
  it('is the mean absolute or mean squared difference', () => {
    expect(read(() => cycleLoss(volume([1, 2]), volume([0, 4]), 'l1'))).toBeCloseTo(1.5, 6);
    expect(read(() => cycleLoss(volume([1, 2]), volume([0, 4]), 'l2'))).toBeCloseTo(2.5, 6);
  });
});

describe('withoutMargin(x, margin)', () => {
  it('leaves out the given voxels on both sides of each axis', () => {
    const shape = tidy(
      () => withoutMargin(tensor5d(new Float32Array(6 * 7 * 8), [1, 6, 7, 8, 1]), [1, 2, 0]).shape,
    );
    expect(shape).toEqual([1, 4, 3, 8, 1]);
  });
});

describe('learningRateFactor(step, updates, decayFrom)', () => {
  it('is 1 until the decay starts, then falls linearly and stays positive at the last update', () => {
    const factors = Array.from({ length: 10 }, (_, step) => learningRateFactor(step, 10, 0.5));
    expect(factors).toEqual([1, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2]);
    expect(learningRateFactor(9, 10, 1)).toBe(1);
    expect(learningRateFactor(20, 10, 0.5)).toBe(0);
  });
});
