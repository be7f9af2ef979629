/**
 * Operations of a back-end against their reference implementations on plain JavaScript: values and
 * gradients.
 */
import type { BackendName } from '@blurcycle/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
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
  withPrecision,
} from '../src/index.ts';
import { randomTensor, randomValues, relativeError } from './support.ts';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

interface Answer {
  readonly value: Float32Array;
  readonly shape: number[];
  readonly gradients: Float32Array[];
}

/**
 * Value and gradients of sum(weights x f(inputs)) on a back-end; inputs and weights are the same on
 * all of them.
 */
async function answer(
  backend: BackendName,
  f: Operation,
  shapes: readonly number[][],
): Promise<Answer> {
  await selectBackend(backend);
  const [value, ...gradients] = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => randomTensor<tf.Tensor>(shape, `input/${i}`));
    const weighted = (...x: tf.Tensor[]): tf.Tensor => {
      const y = f(...x);
      return tf.sum(tf.mul(y, randomTensor(y.shape, 'weights')));
    };
    return [f(...inputs), ...tf.grads(weighted)(inputs)];
  });
  // One after the other, since a GPU answers only what is awaited.
  const read: Float32Array[] = [];
  for (const gradient of gradients) read.push(await gradient.data<'float32'>());
  const result = { value: await value.data<'float32'>(), shape: value.shape, gradients: read };
  tf.dispose([value, ...gradients]);
  return result;
}

/**
 * `js` and another back-end agree in shape and, within `tolerance` of the largest element, in
 * values and gradients.
 */
async function compareWithReference(
  { backend, variants = [{ name: backend, use: () => undefined }] }: OperationOptions,
  f: Operation,
  shapes: readonly number[][],
  tolerance: number,
): Promise<void> {
  const expected = await answer('js', f, shapes);
  for (const { name, use } of variants) {
    use();
    const actual = await answer(backend, f, shapes);
    expect(actual.shape, name).toEqual(expected.shape);
    expect(relativeError(actual.value, expected.value), name).toBeLessThan(tolerance);
    actual.gradients.forEach((gradient, i) => {
      expect(relativeError(gradient, expected.gradients[i]), name).toBeLessThan(tolerance);
    });
  }
  variants[0].use();
}

/** Sums of up to some thousand products in single precision, in another order. */
const SUM_ORDER = 1e-5;
/** One or two roundings. */
const ROUNDING = 1e-6;

/** Which back-end is compared with the reference implementations, and how. */
export interface OperationOptions {
  readonly backend: BackendName;
  /**
   * Voxels of the largest volumes that are compared; where a program stands in for the GPU, that is
   * few.
   */
  readonly largest?: number;
  /** Whether it has convolutions of bfloat16 factors. @defaultValue true */
  readonly bfloat16?: boolean;
  /**
   * Ways in which the back-end can run, each compared; the first is the one that is left chosen.
   */
  readonly variants?: readonly { readonly name: string; readonly use: () => void }[];
}

/** The tests of the operations of one back-end. */
export function describeOperations(options: OperationOptions): void {
  const { backend, largest = Infinity, bfloat16 = true } = options;
  const expectReference = (
    f: Operation,
    shapes: readonly number[][],
    tolerance: number,
  ): Promise<void> => compareWithReference(options, f, shapes, tolerance);
  const fits = (shape: readonly number[]): boolean => tf.util.sizeFromShape([...shape]) <= largest;

  beforeAll(async () => {
    await selectBackend(backend, { threads: 2 });
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
  ] as const)(
    'conv3d with bias: %j, kernel %i, %i channels, %j',
    async (shape, k, outputs, options) => {
      const filter = [k, k, k, shape[4], outputs];
      const f: Operation = (x, w, b) =>
        conv3d(x as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D, options);
      await expectReference(f, [[...shape], filter, [outputs]], SUM_ORDER);
      const plain: Operation = (x, w) => conv3d(x as tf.Tensor5D, w as tf.Tensor5D, null, options);
      await expectReference(plain, [[...shape], filter], SUM_ORDER);
    },
  );

  it.skipIf(!bfloat16).each([
    [[1, 4, 6, 9, 16], 3, 16, { padding: 'same' }],
    [[1, 6, 8, 7, 4], 4, 8, { padding: 1, stride: 2 }],
    [[2, 4, 5, 6, 1], 3, 8, { padding: 'same' }],
    [[1, 5, 6, 7, 8], 3, 1, { padding: 1 }],
  ] as const)(
    'conv3d of bfloat16 factors: %j, kernel %i, %i channels, %j',
    async (shape, k, outputs, options) => {
      const filter = [k, k, k, shape[4], outputs];
      const f: Operation = (x, w, b) =>
        withPrecision('bfloat16', () =>
          conv3d(x as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D, options),
        );
      await expectReference(f, [[...shape], filter, [outputs]], SUM_ORDER);
    },
  );

  it.skipIf(!bfloat16).each([
    [[2, 2, 3, 4, 8], 4],
    [[1, 2, 2, 2, 32], 16],
  ])('upConv3d of bfloat16 factors: %j to %i channels', async (shape, outputs) => {
    const f: Operation = (x, w, b) =>
      withPrecision('bfloat16', () =>
        upConv3d(x as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D),
      );
    await expectReference(f, [shape, [2, 2, 2, outputs, shape[4]], [outputs]], SUM_ORDER);
  });

  it.each([
    [[2, 2, 3, 4, 8], 4],
    [[1, 3, 2, 5, 3], 5],
    [[1, 2, 2, 2, 32], 16],
  ])('upConv3d: %j to %i channels', async (shape, outputs) => {
    const f: Operation = (x, w, b) =>
      upConv3d(x as tf.Tensor5D, w as tf.Tensor5D, b as tf.Tensor1D);
    await expectReference(f, [shape, [2, 2, 2, outputs, shape[4]], [outputs]], SUM_ORDER);
  });

  // Below, at and above the lanes of each instruction set, and counts that fill no whole register.
  const normalized = [1, 3, 8, 16, 32, 37, 64, 128].map((channels) => [2, 3, 5, 7, channels]);
  it.each(normalized.filter(fits))('instanceNorm of %i,%i,%i,%i,%i', async (...shape) => {
    for (const activation of ['none', 'relu', 'leakyRelu'] as const) {
      const f: Operation = (x) => instanceNorm(x as tf.Tensor5D, { activation });
      await expectReference(f, [shape], SUM_ORDER);
    }
  });

  it('instanceNorm of a large volume far from zero', async () => {
    const f: Operation = (x) => instanceNorm(tf.add<tf.Tensor5D>(tf.mul(x, 0.1), 30));
    // The sum 30 + x is rounded to 2e-6, 4e-5 of its standard deviation 0.06; js rounds the mean as
    // well. Without an activation: near zero the rounding would decide which side of its bend a
    // value is on.
    const large = [1, 9, 33, 31, 8];
    await expectReference(f, [fits(large) ? large : [1, 3, 9, 11, 8]], 2e-3);
  });

  it.each([[[2, 4, 6, 8, 8]], [[1, 5, 7, 3, 3]], [[1, 2, 2, 2, 1]], [[2, 3, 4, 9, 16]]])(
    'maxPool3d of %j',
    async (shape) => {
      await expectReference((x) => maxPool3d(x as tf.Tensor5D), [shape], ROUNDING);
    },
  );

  it('maxPool3d where all values of a block are equal', async () => {
    await expectReference(
      (x) => maxPool3d(tf.relu(tf.sub<tf.Tensor5D>(x, 2))),
      [[1, 4, 4, 4, 8]],
      ROUNDING,
    );
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
    await expectReference(
      (p, q) => concatChannels(p as tf.Tensor5D, q as tf.Tensor5D),
      [a, b],
      ROUNDING,
    );
  });

  const blurred = [
    { shape: [1, 16, 24, 24, 1], kernel: [31, 31, 31] },
    { shape: [2, 5, 7, 6, 1], kernel: [3, 5, 9] },
    { shape: [1, 1, 12, 9, 1], kernel: [3, 3, 3] },
    { shape: [3, 4, 1, 33, 1], kernel: [1, 1, 7] },
    { shape: [1, 4, 6, 5, 1], kernel: [7, 9, 13] },
  ];
  it.each(blurred.filter(({ shape }) => fits(shape)))(
    'blur3d of $shape with $kernel',
    async (sides) => {
      const f: Operation = (x, k) => blur3d(x as tf.Tensor5D, k as tf.Tensor3D);
      await expectReference(f, [sides.shape, sides.kernel], SUM_ORDER);
    },
  );

  it('losses, for a tensor and for a number', async () => {
    for (const size of [1, 7, fits([20_000]) ? 20_000 : 900]) {
      await expectReference((a, b) => meanSquare(a, b), [[size], [size]], SUM_ORDER);
      await expectReference((a, b) => meanAbsolute(a, b), [[size], [size]], SUM_ORDER);
      await expectReference((a) => meanSquare(a, 0.3), [[size]], SUM_ORDER);
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
      await expectReference((p, q) => operation(p, q), [a, b], SUM_ORDER);
    }
    await expectReference((p, q) => tf.div(p, tf.add(q, 3)), [a, b], SUM_ORDER);
  });

  it('functions of single elements', async () => {
    const shape = [3, 5, 11];
    await expectReference((x) => tf.sigmoid(tf.mul(x, 20)), [shape], SUM_ORDER);
    await expectReference((x) => tf.relu(x), [shape], ROUNDING);
    await expectReference((x) => leakyRelu(x, 0.2), [shape], ROUNDING);
    await expectReference((x) => tf.abs(x), [shape], ROUNDING);
    await expectReference((x) => tf.neg(tf.square(x)), [shape], ROUNDING);
    await expectReference((x) => tf.sqrt(tf.add(x, 2)), [shape], ROUNDING);
    await expectReference((x) => tf.rsqrt(tf.add(x, 2)), [shape], ROUNDING);
  });

  it('sigmoid at the ends of its range', async () => {
    await selectBackend(backend);
    const y = await tf.sigmoid(tf.tensor1d([-200, -87, -20, 0, 20, 200])).data();
    expect([...y].every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(y[3]).toBe(0.5);
    expect(y[2] / Math.exp(-20)).toBeCloseTo(1, 5); // relative error of the exponential 2e-7
  });

  it('sums and means over all, leading, middle, last and scattered axes', async () => {
    const shape = [3, 4, 5, 6];
    for (const axes of [undefined, [0], [0, 1, 2], [1, 2], [3], [2, 3], [0, 2]]) {
      for (const keepDims of [false, true]) {
        await expectReference((x) => tf.sum(x, axes, keepDims), [shape], SUM_ORDER);
        await expectReference((x) => tf.mean(x, axes, keepDims), [shape], SUM_ORDER);
      }
    }
  });

  it('slice, pad, concat and stack along any axis', async () => {
    const shape = [2, 4, 5, 6, 3];
    await expectReference((x) => tf.slice(x, [0, 1, 2, 3, 0], [2, 2, 3, 2, 3]), [shape], ROUNDING);
    await expectReference((x) => tf.slice(x, [1, 1, 2, 3, 1], [1, 3, 2, 3, 2]), [shape], ROUNDING);
    await expectReference((x) => tf.slice(x, [1], [2]), [[7]], ROUNDING);
    await expectReference((x) => tf.slice(x, [0, 0, 2, 0, 0], [2, 4, 3, 6, 3]), [shape], ROUNDING);
    const frame: [number, number][] = [
      [0, 0],
      [1, 2],
      [0, 1],
      [2, 0],
      [0, 0],
    ];
    await expectReference((x) => tf.pad(x, frame, 0.5), [shape], ROUNDING);
    for (const axis of [0, 1, 2]) {
      await expectReference(
        (p, q) => tf.concat([p, q, p], axis),
        [
          [2, 3, 4],
          [2, 3, 4],
        ],
        ROUNDING,
      );
      await expectReference(
        (p, q) => tf.stack([p, q], axis),
        [
          [2, 3, 4],
          [2, 3, 4],
        ],
        ROUNDING,
      );
    }
  });

  it('integers and booleans go to the kernels of tfjs', async () => {
    await selectBackend(backend);
    const sum = tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'));
    expect([...(await sum.data())]).toEqual([4, 6]);
    expect([...(await tf.cast(tf.tensor1d([true, false], 'bool'), 'float32').data())]).toEqual([
      1, 0,
    ]);
    const joined = tf.concat([tf.tensor1d([1], 'int32'), tf.tensor1d([2], 'int32')]);
    expect([...(await joined.data())]).toEqual([1, 2]);
  });

  it.each(['none', 'relu', 'leakyRelu'] as const)(
    'gradients of gradients, with %s',
    async (activation) => {
      // The squared length of a discriminator's gradient for its input, as a gradient penalty has
      // it.
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
      await expectReference(f, shapes, 1e-4); // two backward passes through normalizations of 36 voxels
    },
  );

  it('random chains of operations', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const pick = randomValues(8, `chain/${seed}`).map((v) => Math.floor(4 * Math.abs(v)));
      const channels = 1 + pick[0] * 3;
      const f: Operation = (x, w) => {
        const y = instanceNorm(conv3d(x as tf.Tensor5D, w as tf.Tensor5D, null), {
          activation: 'leakyRelu',
        });
        const z = pick[4] > 1 ? maxPool3d(concatChannels(y, x as tf.Tensor5D)) : tf.sigmoid(y);
        return meanSquare(z, 0.5);
      };
      const shape = [1 + (pick[1] % 2), 2 + pick[2], 3 + pick[3], 4 + pick[5], channels];
      await expectReference(f, [shape, [3, 3, 3, channels, 2 + pick[6]]], 1e-4); // five operations in a row
    }
  });
}
