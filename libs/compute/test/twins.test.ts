/** Native operations against the compositions that define them: values, gradients, memory and threads. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { native } from '../native/addon.ts';
import {
  blur3d,
  concatChannels,
  conv3d,
  instanceNorm,
  leakyRelu,
  maxPool3d,
  meanAbsolute,
  meanSquare,
  selectBackend,
  upConv3d,
} from '../src/index.ts';
import { randomTensor, randomValues, relativeError } from './support.ts';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Answer {
  readonly value: Float32Array;
  readonly shape: number[];
  readonly gradients: Float32Array[];
}

/** Value and gradients of sum(weights x f(inputs)) on a back-end; inputs and weights are the same on all of them. */
async function answer(backend: 'js' | 'native', f: Operation, shapes: readonly number[][]): Promise<Answer> {
  await selectBackend(backend);
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) => randomTensor<tf.Tensor>(shape, `input/${i}`));
    const weighted = (...x: tf.Tensor[]): tf.Tensor => {
      const y = f(...x);
      return tf.sum(tf.mul(y, randomTensor(y.shape, 'weights')));
    };
    const value = f(...inputs);
    return {
      value: value.dataSync<'float32'>(),
      shape: value.shape,
      gradients: tf
        .grads(weighted)(inputs)
        .map((gradient) => gradient.dataSync<'float32'>()),
    };
  });
}

/** Instruction sets that this processor has; every one of them is held to the composition. */
const ISAS = (['avx512', 'avx2', 'baseline', 'neon'] as const).filter((isa) => native?.selectIsa(isa));
if (ISAS.length > 0) native?.selectIsa(ISAS[0]);

/** The two back-ends agree in shape and, within `tolerance` of the largest element, in values and gradients. */
async function expectTwins(f: Operation, shapes: readonly number[][], tolerance: number): Promise<void> {
  const expected = await answer('js', f, shapes);
  for (const isa of ISAS) {
    native?.selectIsa(isa);
    const actual = await answer('native', f, shapes);
    expect(actual.shape, isa).toEqual(expected.shape);
    expect(relativeError(actual.value, expected.value), isa).toBeLessThan(tolerance);
    actual.gradients.forEach((gradient, i) => {
      expect(relativeError(gradient, expected.gradients[i]), isa).toBeLessThan(tolerance);
    });
  }
  native?.selectIsa(ISAS[0]);
}

/** Sums of up to some thousand products in single precision, in another order. */
const SUM_ORDER = 1e-5;
/** One or two roundings. */
const ROUNDING = 1e-6;

describe.skipIf(native === null)('native twins', () => {
  beforeAll(async () => {
    await selectBackend('native', { threads: 2 });
  });

  it.each([
    [[2, 4, 5, 6, 1], 3, 8, { padding: 'same' }],
    [[1, 3, 7, 5, 8], 3, 8, { padding: 'same' }],
    [[1, 4, 6, 9, 16], 3, 16, { padding: 'same' }],
    [[1, 3, 3, 3, 5], 3, 7, { padding: 'same' }],
    [[2, 5, 4, 7, 3], 1, 4, { padding: 0 }],
    [[1, 6, 8, 7, 4], 4, 8, { padding: 1, stride: 2 }],
    [[2, 4, 6, 5, 3], 4, 2, { padding: 'same', stride: 2 }],
    [[1, 5, 5, 6, 2], 3, 3, { padding: 2 }],
    [[1, 1, 1, 1, 8], 3, 8, { padding: 'same' }],
    [[1, 5, 6, 7, 32], 3, 1, { padding: 1 }],
  ] as const)('conv3d with bias: %j, kernel %i, %i channels, %j', async (shape, k, outputs, options) => {
    const filter = [k, k, k, shape[4], outputs];
    const f: Operation = (x, w, b) => conv3d(x as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D, options);
    await expectTwins(f, [[...shape], filter, [outputs]], SUM_ORDER);
    const plain: Operation = (x, w) => conv3d(x as tf.Tensor5D, w as tf.Tensor5D, null, options);
    await expectTwins(plain, [[...shape], filter], SUM_ORDER);
  });

  it.each([
    [[2, 2, 3, 4, 8], 4],
    [[1, 3, 2, 5, 3], 5],
    [[1, 2, 2, 2, 32], 16],
  ])('upConv3d: %j to %i channels', async (shape, outputs) => {
    const f: Operation = (x, w, b) => upConv3d(x as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D);
    await expectTwins(f, [shape, [2, 2, 2, outputs, shape[4]], [outputs]], SUM_ORDER);
  });

  it.each([1, 3, 8, 16, 20, 32, 37, 64, 128])('instanceNorm with %i channels', async (channels) => {
    for (const activation of ['none', 'relu', 'leakyRelu'] as const) {
      const f: Operation = (x) => instanceNorm(x as tf.Tensor5D, { activation });
      await expectTwins(f, [[2, 3, 5, 7, channels]], SUM_ORDER);
    }
  });

  it('instanceNorm of a large volume far from zero', async () => {
    const f: Operation = (x) => instanceNorm(tf.add<tf.Tensor5D>(tf.mul(x, 0.1), 30));
    // The sum 30 + x is rounded to 2e-6, 4e-5 of its standard deviation 0.06; js rounds the mean as well. Without an
    // activation: near zero the rounding would decide which side of its bend a value is on.
    await expectTwins(f, [[1, 9, 33, 31, 8]], 2e-3);
  });

  it.each([[[2, 4, 6, 8, 8]], [[1, 5, 7, 3, 3]], [[1, 2, 2, 2, 1]], [[2, 3, 4, 9, 16]]])(
    'maxPool3d of %j',
    async (shape) => {
      await expectTwins((x) => maxPool3d(x as tf.Tensor5D), [shape], ROUNDING);
    },
  );

  it('maxPool3d where all values of a block are equal', async () => {
    await expectTwins((x) => maxPool3d(tf.relu(tf.sub<tf.Tensor5D>(x, 2))), [[1, 4, 4, 4, 8]], ROUNDING);
  });

  it.each([
    [
      [1, 3, 5, 7, 8],
      [1, 3, 5, 7, 8],
    ],
    [
      [2, 3, 2, 5, 3],
      [2, 3, 2, 5, 1],
    ],
  ])('concatChannels of %j and %j', async (a, b) => {
    await expectTwins((p, q) => concatChannels(p as tf.Tensor5D, q as tf.Tensor5D), [a, b], ROUNDING);
  });

  it.each([
    [
      [1, 16, 24, 24, 1],
      [31, 31, 31],
    ],
    [
      [2, 5, 7, 6, 1],
      [3, 5, 9],
    ],
    [
      [1, 1, 12, 9, 1],
      [3, 3, 3],
    ],
    [
      [3, 4, 1, 33, 1],
      [1, 1, 7],
    ],
  ])('blur3d of %j with %j', async (shape, kernel) => {
    const f: Operation = (x, k) => blur3d(x as tf.Tensor5D, k as tf.Tensor3D);
    await expectTwins(f, [shape, kernel], SUM_ORDER);
  });

  it('losses, for a tensor and for a number', async () => {
    for (const size of [1, 7, 20_000]) {
      await expectTwins((a, b) => meanSquare(a, b), [[size], [size]], SUM_ORDER);
      await expectTwins((a, b) => meanAbsolute(a, b), [[size], [size]], SUM_ORDER);
      await expectTwins((a) => meanSquare(a, 0.3), [[size]], SUM_ORDER);
    }
  });

  it.each([
    [
      [2, 3, 4, 5, 6],
      [2, 3, 4, 5, 6],
    ],
    [[2, 3, 4, 5, 6], []],
    [[], [2, 3, 4]],
    [[2, 3, 4, 5, 6], [6]],
    [
      [2, 3, 4, 5, 6],
      [2, 1, 1, 1, 6],
    ],
    [
      [2, 1, 1, 1, 6],
      [2, 3, 4, 5, 6],
    ],
    [
      [3, 1],
      [1, 5],
    ],
    [
      [2, 3, 1, 2],
      [3, 4, 1],
    ],
    [
      [2, 1, 3, 1, 2],
      [1, 4, 1, 5, 1],
    ],
  ])('add, sub, mul and div of %j and %j', async (a, b) => {
    for (const operation of [tf.add, tf.sub, tf.mul]) {
      await expectTwins((p, q) => operation(p, q), [a, b], SUM_ORDER);
    }
    await expectTwins((p, q) => tf.div(p, tf.add(q, 3)), [a, b], SUM_ORDER);
  });

  it('functions of single elements', async () => {
    const shape = [3, 5, 11];
    await expectTwins((x) => tf.sigmoid(tf.mul(x, 20)), [shape], SUM_ORDER);
    await expectTwins((x) => tf.relu(x), [shape], ROUNDING);
    await expectTwins((x) => leakyRelu(x, 0.2), [shape], ROUNDING);
    await expectTwins((x) => tf.abs(x), [shape], ROUNDING);
    await expectTwins((x) => tf.neg(tf.square(x)), [shape], ROUNDING);
    await expectTwins((x) => tf.sqrt(tf.add(x, 2)), [shape], ROUNDING);
    await expectTwins((x) => tf.rsqrt(tf.add(x, 2)), [shape], ROUNDING);
  });

  it('sigmoid at the ends of its range', async () => {
    await selectBackend('native');
    const y = tf.sigmoid(tf.tensor1d([-200, -87, -20, 0, 20, 200])).dataSync();
    expect([...y].every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(y[3]).toBe(0.5);
    expect(y[2] / Math.exp(-20)).toBeCloseTo(1, 5); // relative error of the exponential 2e-7
  });

  it('sums and means over all, leading, middle, last and scattered axes', async () => {
    const shape = [3, 4, 5, 6];
    for (const axes of [undefined, [0], [0, 1, 2], [1, 2], [3], [2, 3], [0, 2]]) {
      for (const keepDims of [false, true]) {
        await expectTwins((x) => tf.sum(x, axes, keepDims), [shape], SUM_ORDER);
        await expectTwins((x) => tf.mean(x, axes, keepDims), [shape], SUM_ORDER);
      }
    }
  });

  it('slice, pad, concat and stack along any axis', async () => {
    const shape = [2, 4, 5, 6, 3];
    await expectTwins((x) => tf.slice(x, [0, 1, 2, 3, 0], [2, 2, 3, 2, 3]), [shape], ROUNDING);
    await expectTwins((x) => tf.slice(x, [1, 1, 2, 3, 1], [1, 3, 2, 3, 2]), [shape], ROUNDING);
    await expectTwins((x) => tf.slice(x, [1], [2]), [[7]], ROUNDING);
    await expectTwins((x) => tf.slice(x, [0, 0, 2, 0, 0], [2, 4, 3, 6, 3]), [shape], ROUNDING);
    const frame: [number, number][] = [
      [0, 0],
      [1, 2],
      [0, 1],
      [2, 0],
      [0, 0],
    ];
    await expectTwins((x) => tf.pad(x, frame, 0.5), [shape], ROUNDING);
    for (const axis of [0, 1, 2]) {
      await expectTwins(
        (p, q) => tf.concat([p, q, p], axis),
        [
          [2, 3, 4],
          [2, 3, 4],
        ],
        ROUNDING,
      );
      await expectTwins(
        (p, q) => tf.stack([p, q], axis),
        [
          [2, 3, 4],
          [2, 3, 4],
        ],
        ROUNDING,
      );
    }
  });

  it('is what auto selects', async () => {
    const chosen = await selectBackend('auto', { threads: 2 });
    expect(chosen).toMatchObject({ name: 'native', threads: 2 });
    expect(chosen.description).toContain('C++ kernels');
    expect(tf.getBackend()).toBe('native');
  });

  it('integers and booleans go to the kernels of tfjs', async () => {
    await selectBackend('native');
    const sum = tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'));
    expect([...sum.dataSync()]).toEqual([4, 6]);
    expect([...tf.cast(tf.tensor1d([true, false], 'bool'), 'float32').dataSync()]).toEqual([1, 0]);
    expect([...tf.concat([tf.tensor1d([1], 'int32'), tf.tensor1d([2], 'int32')]).dataSync()]).toEqual([1, 2]);
  });

  it.each(['none', 'relu', 'leakyRelu'] as const)('gradients of gradients, with %s', async (activation) => {
    // The squared length of a discriminator's gradient for its input, as a gradient penalty has it.
    const f: Operation = (x, w1, b1, w2, b2) => {
      const judge = (t: tf.Tensor): tf.Tensor => {
        const conv = (u: tf.Tensor, w: tf.Tensor, b: tf.Tensor, stride: 1 | 2): tf.Tensor5D =>
          conv3d(u as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D, { stride, padding: 1 });
        const hidden = leakyRelu(conv(t, w1, b1, 2), 0.2);
        return tf.sum(tf.square(conv(instanceNorm(hidden, { activation }), w2, b2, 1)));
      };
      return tf.sum(tf.square(tf.grad(judge)(x)));
    };
    const shapes = [[2, 6, 8, 7, 2], [4, 4, 4, 2, 5], [5], [3, 3, 3, 5, 2], [2]];
    await expectTwins(f, shapes, 1e-4); // two backward passes through normalizations of 36 voxels
  });

  it('random chains of operations', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const pick = randomValues(8, `chain/${seed}`).map((v) => Math.floor(4 * Math.abs(v)));
      const channels = 1 + pick[0] * 3;
      const f: Operation = (x, w) => {
        const y = instanceNorm(conv3d(x as tf.Tensor5D, w as tf.Tensor5D, null), { activation: 'leakyRelu' });
        const z = pick[4] > 1 ? maxPool3d(concatChannels(y, x as tf.Tensor5D)) : tf.sigmoid(y);
        return meanSquare(z, 0.5);
      };
      const shape = [1 + (pick[1] % 2), 2 + pick[2], 3 + pick[3], 4 + pick[5], channels];
      await expectTwins(f, [shape, [3, 3, 3, channels, 2 + pick[6]]], 1e-4); // five operations in a row
    }
  });
});
