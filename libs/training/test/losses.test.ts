import { GAN_LOSSES } from '@blurcycle/core';
import { grad, stack, tensor5d, tidy, type Scalar, type Tensor5D } from '@tensorflow/tfjs-core';
import { selectBackend } from '@blurcycle/compute';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cycleLoss,
  discriminatorLoss,
  generatorLoss,
  LABEL,
  withoutMargin,
} from '../src/losses.ts';
import { learningRateFactor } from '../src/trainStep.ts';

beforeAll(async () => {
  await selectBackend('js');
});

const volume = (values: readonly number[]) => tensor5d([...values], [1, 1, 1, values.length, 1]);
const read = (compute: () => Scalar): number => tidy(() => compute().dataSync()[0]);
const scores = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 8 });
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const meanSquare = (values: readonly number[]): number => mean(values.map((value) => value ** 2));

describe('discriminatorLoss(kind, real, fake)', () => {
  it('of least-squares is half the squared distances to the labels 1 and 0', () => {
    const value = read(() => discriminatorLoss('least-squares', volume([1, 3]), volume([0, 2])));
    expect(value).toBeCloseTo((2 + 2) / 2, 6); // exact in float32
  });

  it('of least-squares is the magnitude-penalized Wasserstein loss at eta = 1/2 (eq. 20 to 22)', () => {
    fc.assert(
      fc.property(scores, scores, (real, fake) => {
        const eta = 0.5;
        const penalized = mean(real) - mean(fake) - eta * (meanSquare(real) + meanSquare(fake)); // eq. 20
        // The labels +1/-1 of eq. 22 are our 1/0 for the critic (D + 1) / 2; squares then shrink by
        // 4.
        const shifted = (values: readonly number[]) =>
          volume(values.map((value) => (value + 1) / 2));
        const ours = read(() => discriminatorLoss('least-squares', shifted(real), shifted(fake)));
        expect(penalized).toBeCloseTo(1 - 4 * ours, 4); // eq. 22; float32 sums of values up to 16
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('of wasserstein-gp is the Wasserstein loss of eq. 18, negated, which eq. 20 is at eta = 0', () => {
    fc.assert(
      fc.property(scores, scores, (real, fake) => {
        const value = read(() => discriminatorLoss('wasserstein-gp', volume(real), volume(fake)));
        expect(-value).toBeCloseTo(mean(real) - mean(fake), 5); // float32 sums of values up to 3
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

describe('generatorLoss(kind, scores)', () => {
  it('averages over voxels, then over scales', () => {
    const two = () => [volume([1, 3]), volume([0])];
    expect(read(() => generatorLoss('least-squares', two()))).toBeCloseTo((2 + 1) / 2, 6); // exact in float32
    expect(read(() => generatorLoss('wasserstein-gp', two()))).toBeCloseTo(-(2 + 0) / 2, 6);
  });
});

describe('cycleLoss(a, b, norm)', () => {
  it('is the mean absolute or mean squared difference (eq. 14 and 16)', () => {
    expect(read(() => cycleLoss(volume([1, 2]), volume([0, 4]), 'l1'))).toBeCloseTo(1.5, 6);
    expect(read(() => cycleLoss(volume([1, 2]), volume([0, 4]), 'l2'))).toBeCloseTo(2.5, 6);
  });
});

describe('the gradient of every loss', () => {
  const real = [0.3, -1.2, 2.1, 0.8];
  const losses: readonly (readonly [string, (x: Tensor5D) => Scalar])[] = [
    ...GAN_LOSSES.flatMap((kind) => [
      [
        `discriminatorLoss ${kind}, real`,
        (x: Tensor5D) => discriminatorLoss(kind, x, volume(real)),
      ] as const,
      [
        `discriminatorLoss ${kind}, fake`,
        (x: Tensor5D) => discriminatorLoss(kind, volume(real), x),
      ] as const,
      [`generatorLoss ${kind}`, (x: Tensor5D) => generatorLoss(kind, [x, volume([1])])] as const,
    ]),
    ['cycleLoss l1', (x) => cycleLoss(x, volume(real), 'l1')],
    ['cycleLoss l2', (x) => cycleLoss(x, volume(real), 'l2')],
  ];
  it.each(losses)('%s is its difference quotient', (_name, loss) => {
    const at = [-0.7, 0.4, 1.3, 2.2];
    const step = 1e-2;
    const gradient = tidy(() => grad((x) => loss(x as Tensor5D))(volume(at)).dataSync());
    const quotients = tidy(() =>
      stack(
        at.flatMap((_, i) =>
          [step, -step].map((shift) =>
            loss(volume(at.map((value, j) => (i === j ? value + shift : value)))),
          ),
        ),
      ).dataSync(),
    );
    for (const i of at.keys()) {
      const quotient = (quotients[2 * i] - quotients[2 * i + 1]) / (2 * step);
      // The losses are at most quadratic here, so the quotient is exact but for float32 rounding of
      // values of about 2.
      expect(gradient[i]).toBeCloseTo(quotient, 4);
    }
  });
});

describe('LABEL', () => {
  it('is what the discriminator that is right always says', () => {
    const value = read(() =>
      discriminatorLoss('least-squares', volume([LABEL.real]), volume([LABEL.fake])),
    );
    expect(value).toBe(0);
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
