import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { conv3d, selectBackend, withPrecision } from '../src/index.ts';
import { currentPrecision, roundToBfloat16 } from '../src/ops/precision.ts';
import { randomTensor, randomValues } from './support.ts';

beforeAll(async () => {
  await selectBackend('js');
});

describe('roundToBfloat16(values)', () => {
  const rounded = (...values: number[]): number[] => [
    ...roundToBfloat16(Float32Array.of(...values)),
  ];

  it('keeps eight significant bits, ties to even', () => {
    expect(rounded(1, -2.5, 0.0078125, 0)).toEqual([1, -2.5, 0.0078125, 0]);
    expect(rounded(1 + 2 ** -8, 1 + 3 * 2 ** -8)).toEqual([1, 1 + 2 ** -6]);
    expect(rounded(1 + 2 ** -8 + 2 ** -20, -1 - 2 ** -8)).toEqual([1 + 2 ** -7, -1]);
  });

  it('is off by half a unit at most, and rounds what is rounded to itself', () => {
    const values = randomValues(1000, 'bfloat16');
    const once = roundToBfloat16(values);
    values.forEach((value, i) =>
      expect(Math.abs(once[i] - value)).toBeLessThanOrEqual(
        2 ** -9 * 2 ** Math.ceil(Math.log2(Math.abs(value))),
      ),
    );
    expect(roundToBfloat16(once)).toEqual(once);
  });

  it('keeps infinity and NaN, and overflows to infinity', () => {
    expect(rounded(Infinity, -Infinity, NaN, 3.4e38)).toEqual([Infinity, -Infinity, NaN, Infinity]);
  });
});

describe('withPrecision(precision, f)', () => {
  it('holds within f alone, also where f throws', () => {
    expect(currentPrecision()).toBe('float32');
    const inside = withPrecision('bfloat16', () => [
      currentPrecision(),
      withPrecision('float32', currentPrecision),
      currentPrecision(),
    ]);
    expect(inside).toEqual(['bfloat16', 'float32', 'bfloat16']);
    const fails = (): never => {
      throw new Error('f');
    };
    expect(() => withPrecision('bfloat16', fails)).toThrow('f');
    expect(currentPrecision()).toBe('float32');
  });

  it('rounds both factors of a convolution and of its gradients, wherever those are taken', () => {
    const [x, w] = [randomTensor([1, 3, 4, 5, 2], 'x'), randomTensor([3, 3, 3, 2, 3], 'w')];
    const round = <T extends tf.Tensor>(t: T): T =>
      tf.tensor(roundToBfloat16(t.dataSync<'float32'>()), t.shape) as T;
    const y = withPrecision('bfloat16', () => conv3d(x, w, null));
    expect(y.dataSync()).toEqual(conv3d(round(x), round(w), null).dataSync());
    const dy = randomTensor(y.shape, 'dy');
    const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      withPrecision('bfloat16', () => conv3d(a as tf.Tensor5D, b as tf.Tensor5D, null)),
    )([x, w], dy);
    const expected = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      conv3d(a as tf.Tensor5D, b as tf.Tensor5D, null),
    )([round(x), round(w)], round(dy));
    gradients.forEach((gradient, i) => expect(gradient.dataSync()).toEqual(expected[i].dataSync()));
  });

  it('is refused on the back-end that cannot round', async () => {
    tf.registerBackend('tensorflow', () => new MathBackendCPU());
    await tf.setBackend('tensorflow');
    try {
      expect(() => withPrecision('bfloat16', () => 1)).toThrow(
        "withPrecision: precision must be float32 on the back-end tensorflow, got 'bfloat16' (choose another --backend)",
      );
      expect(withPrecision('float32', () => 1)).toBe(1);
    } finally {
      await selectBackend('js');
      tf.removeBackend('tensorflow');
    }
  });
});
