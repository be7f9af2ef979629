import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  adamUpdate,
  backendReport,
  blur3d,
  concatChannels,
  conv3d,
  createAdamState,
  disposeAdamState,
  instanceNorm,
  leakyRelu,
  maxPool3d,
  meanAbsolute,
  meanSquare,
  selectBackend,
  upConv3d,
} from '../src/index.ts';
import { referenceBlur3d } from '../src/ops/convolution.ts';
import { createReferenceAdam, dot, randomTensor, randomValues, relativeError } from './support.ts';

const warn = vi.spyOn(console, 'warn');

beforeAll(async () => {
  await selectBackend('js');
});

describe('selectBackend(name)', () => {
  it('selects js and prints nothing', () => {
    tf.tensor([1, 2, 3]).dispose();
    expect(tf.getBackend()).toBe('js');
    expect(warn).not.toHaveBeenCalled();
  });

  it('names the nearest known back-end', async () => {
    await expect(selectBackend('natve' as 'native')).rejects.toThrow(
      "selectBackend: unknown back-end 'natve' (did you mean 'native'?",
    );
  });

  it('says what to do where a back-end is missing', async () => {
    for (const { name, available } of await backendReport()) {
      if (available) continue;
      await expect(selectBackend(name)).rejects.toThrow(
        /back-end '\w+' is not available: .+ \(.+\)/,
      );
    }
    await expect(selectBackend('js', { threads: 0 })).rejects.toThrow(
      'threads must be a positive integer, got 0',
    );
  });

  it('reports every back-end', async () => {
    expect((await backendReport()).map((entry) => entry.name)).toEqual([
      'tensorflow',
      'webgpu',
      'native',
      'wasm',
      'js',
    ]);
  });
});

/** Checks gradients of sum(weights x f(inputs)) against central differences. */
function expectGradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  step: number,
): void {
  const value = f(...inputs);
  const weights = randomTensor(value.shape, 'weights');
  const gradients = tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(f(...x), weights)))(inputs);
  const weightValues = weights.dataSync();
  inputs.forEach((input, which) => {
    const base = Float32Array.from(input.dataSync());
    const direction = randomValues(input.size, `direction/${which}`);
    const along = (t: number): number => {
      const moved = tf.tensor(
        base.map((v, i) => v + t * direction[i]),
        input.shape,
      );
      return dot(
        f(...inputs.map((other, i) => (i === which ? moved : other))).dataSync(),
        weightValues,
      );
    };
    const numerical = (along(step) - along(-step)) / (2 * step);
    const analytic = dot(gradients[which].dataSync(), direction);
    const size = Math.sqrt(
      dot(gradients[which].dataSync(), gradients[which].dataSync()) * dot(direction, direction),
    );
    // Rounding: float32 (6e-8) over the step; truncation: step squared. Both well below 2e-3 of the
    // gradient's size.
    expect(Math.abs(numerical - analytic)).toBeLessThan(2e-3 * size);
    expect(size).toBeGreaterThan(0);
  });
}

describe('gradients of the composed operations', () => {
  it.each([
    ['same', 1, 3],
    ['same', 2, 4],
    [1, 2, 4],
    [0, 1, 1],
    [2, 1, 3],
  ] as const)('conv3d, padding %s, stride %i, kernel %i', (padding, stride, k) => {
    const inputs = [
      randomTensor([2, 4, 5, 6, 2], 'x'),
      randomTensor([k, k, k, 2, 3], 'filter'),
      randomTensor([3], 'bias'),
    ];
    expectGradients(
      (x, filter, bias) =>
        conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, bias as tf.Tensor1D, { padding, stride }),
      inputs,
      1e-2,
    );
  });

  it('upConv3d', () => {
    const inputs = [
      randomTensor([2, 2, 3, 2, 3], 'x'),
      randomTensor([2, 2, 2, 2, 3], 'f'),
      randomTensor([2], 'b'),
    ];
    expectGradients(
      (x, f, b) => upConv3d(x as tf.Tensor5D, f as tf.Tensor5D, b as tf.Tensor1D),
      inputs,
      1e-2,
    );
  });

  it.each(['none', 'relu', 'leakyRelu'] as const)('instanceNorm, %s', (activation) => {
    // A small step: the activation bends at zero.
    expectGradients(
      (x) => instanceNorm(x as tf.Tensor5D, { activation }),
      [randomTensor([2, 3, 3, 2, 3], 'x')],
      1e-3,
    );
  });

  it('maxPool3d, leakyRelu and concatChannels', () => {
    const inputs = [randomTensor([1, 4, 5, 4, 2], 'a'), randomTensor([1, 4, 5, 4, 3], 'b')];
    expectGradients(
      (a, b) => maxPool3d(concatChannels(leakyRelu(a as tf.Tensor5D, 0.2), b as tf.Tensor5D)),
      inputs,
      1e-4,
    );
  });

  it('the gradient of a gradient', () => {
    const penalty = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
      const judge = (t: tf.Tensor): tf.Tensor =>
        tf.sum(
          tf.sigmoid(tf.mul(instanceNorm(conv3d(t as tf.Tensor5D, w as tf.Tensor5D, null)), 2)),
        );
      return tf.sum(tf.square(tf.grad(judge)(x)));
    };
    const inputs = [randomTensor([1, 3, 3, 3, 1], 'x'), randomTensor([3, 3, 3, 1, 2], 'w')];
    expectGradients(penalty, inputs, 1e-3);
  });

  it('blur3d', () => {
    const inputs = [randomTensor([2, 3, 5, 4, 1], 'x'), randomTensor([3, 3, 9], 'kernel')];
    expectGradients((x, kernel) => blur3d(x as tf.Tensor5D, kernel as tf.Tensor3D), inputs, 1e-2);
  });

  it('meanSquare and meanAbsolute', () => {
    const inputs = [randomTensor([40], 'a'), randomTensor([40], 'b')];
    expectGradients(
      (a, b) => tf.stack([meanSquare(a, b), meanAbsolute(a, b), meanSquare(a, 1)]),
      inputs,
      1e-3,
    );
  });
});

describe('blur3d(x, kernel)', () => {
  it('equals the standard convolution with the reversed kernel', () => {
    const x = randomTensor([2, 4, 6, 5, 1], 'x');
    const kernel = randomTensor<tf.Tensor3D>([3, 5, 11], 'kernel');
    // float32 rounding
    expect(
      relativeError(blur3d(x, kernel).dataSync(), referenceBlur3d(x, kernel).dataSync()),
    ).toBeLessThan(2e-6);
  });

  it('refuses two channels and an even kernel', () => {
    expect(() => blur3d(randomTensor([1, 2, 2, 2, 2], 'x'), randomTensor([1, 1, 1], 'k'))).toThrow(
      'blur3d: x must have one channel, got [1, 2, 2, 2, 2]',
    );
    expect(() => blur3d(randomTensor([1, 2, 2, 2, 1], 'x'), randomTensor([2, 1, 1], 'k'))).toThrow(
      'blur3d: kernelShape must have odd sides, got [2, 1, 1]',
    );
  });
});

describe('upConv3d(x, filter, bias)', () => {
  it('writes every voxel as a block of the filter', () => {
    const x = tf.tensor5d([2, 3], [1, 1, 1, 2, 1]);
    const filter = tf.tensor5d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1, 1]);
    const y = upConv3d(x, filter, tf.tensor1d([10]));
    expect(y.shape).toEqual([1, 2, 2, 4, 1]);
    expect([...y.dataSync()]).toEqual([
      12, 14, 13, 16, 16, 18, 19, 22, 20, 22, 25, 28, 24, 26, 31, 34,
    ]);
  });
});

describe('instanceNorm(x)', () => {
  it('gives every channel of every volume mean 0 and variance 1', () => {
    const x = tf.add<tf.Tensor5D>(tf.mul(randomTensor([2, 4, 5, 6, 3], 'x'), 7), 100);
    const { mean, variance } = tf.moments(instanceNorm(x), [1, 2, 3]);
    // float32 rounding of values about 100
    for (const value of mean.dataSync()) expect(Math.abs(value)).toBeLessThan(1e-4);
    for (const value of variance.dataSync()) expect(Math.abs(value - 1)).toBeLessThan(1e-4);
  });
});

describe('adamUpdate(parameters, gradients, state, options)', () => {
  it('follows the formula in double precision over five steps and leaks nothing', () => {
    const options = { learningRate: 0.01, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };
    const initial = randomValues(6, 'parameter');
    const parameter = tf.variable(tf.tensor1d(initial));
    const state = createAdamState([parameter]);
    const expected = createReferenceAdam(initial, options);
    const before = tf.memory().numTensors;
    for (let t = 1; t <= 5; t++) {
      const g = randomValues(6, `gradient/${t}`);
      const gradient = tf.tensor1d(g);
      adamUpdate([parameter], [gradient], state, options);
      gradient.dispose();
      expected.step(g);
    }
    expect(state.step).toBe(5);
    expect(tf.memory().numTensors).toBe(before);
    expect(relativeError(parameter.dataSync(), expected.values)).toBeLessThan(1e-6); // float32
    disposeAdamState(state);
  });
});
