/**
 * A whole small training step on the native back-end: same bits for any number of threads, nothing
 * left behind.
 */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { native } from '../native/addon.ts';
import {
  adamUpdate,
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
  variableGradients,
} from '../src/index.ts';
import { randomTensor } from './support.ts';

const SHAPES = [
  [3, 3, 3, 1, 8],
  [8],
  [3, 3, 3, 8, 16],
  [16],
  [2, 2, 2, 8, 16],
  [8],
  [3, 3, 3, 16, 3],
  [3],
  [4, 4, 4, 3, 1],
  [1],
  [5, 7, 7],
];

interface Net {
  readonly variables: tf.Variable[];
  step(): number;
  dispose(): void;
}

function buildNet([depth, height, width] = [8, 20, 24]): Net {
  const variables = SHAPES.map((shape, i) =>
    tf.tidy(() => tf.variable(tf.mul(randomTensor<tf.Tensor>(shape, `v/${i}`), 0.3))),
  );
  const state = createAdamState(variables);
  const x = randomTensor([2, depth, height, width, 1], 'x');
  const apply = (): tf.Scalar => {
    const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5, kernel] = variables as tf.Tensor[];
    const conv = (t: tf.Tensor5D, w: tf.Tensor, b: tf.Tensor, options = {}): tf.Tensor5D =>
      conv3d(t, w as tf.Tensor5D, b as tf.Tensor1D, options);
    const blurred = blur3d(x, kernel as tf.Tensor3D);
    const top = instanceNorm(conv(blurred, w1, b1), { activation: 'relu' });
    const low = instanceNorm(conv(maxPool3d(top), w2, b2), { activation: 'leakyRelu' });
    const up = upConv3d(low, w3 as tf.Tensor5D, b3 as tf.Tensor1D);
    const y = leakyRelu(conv(concatChannels(top, up), w4, b4), 0.2);
    const judged = conv(y, w5, b5, { stride: 2, padding: 1 });
    return tf.add(
      meanSquare(tf.sigmoid(judged), 1),
      meanAbsolute(tf.slice(y, [0, 0, 0, 0, 0], [2, depth, height, width, 1]), x),
    );
  };
  return {
    variables,
    step: () =>
      tf.tidy(() => {
        const { value, grads } = variableGradients(apply, variables);
        const gradients = variables.map((variable) => grads[variable.name]);
        adamUpdate(variables, gradients, state, {
          learningRate: 1e-3,
          beta1: 0.5,
          beta2: 0.999,
          epsilon: 1e-8,
        });
        return value.dataSync()[0];
      }),
    dispose: () => {
      disposeAdamState(state);
      tf.dispose([x, ...variables]);
    },
  };
}

describe.skipIf(native === null)('a training step on the native back-end', () => {
  it('gives the same bits for 1, 2 and 4 threads', async () => {
    const runs: { losses: number[]; values: Float32Array[] }[] = [];
    for (const threads of [1, 2, 4]) {
      await selectBackend('native', { threads });
      const net = buildNet();
      const losses = Array.from({ length: 4 }, () => net.step());
      runs.push({ losses, values: net.variables.map((v) => v.dataSync<'float32'>()) });
      net.dispose();
    }
    expect(runs[0].losses.every(Number.isFinite)).toBe(true);
    expect(runs[0].losses[3]).toBeLessThan(runs[0].losses[0]); // it learns
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
    await selectBackend('native', { threads: 2 });
  });

  it('leaves no tensor behind after the first step', async () => {
    await selectBackend('native', { threads: 2 });
    const net = buildNet();
    net.step();
    const before = tf.memory();
    for (let i = 0; i < 20; i++) net.step();
    const after = tf.memory();
    expect([after.numTensors, after.numDataBuffers, after.numBytes]).toEqual([
      before.numTensors,
      before.numDataBuffers,
      before.numBytes,
    ]);
    expect(tf.backend().numDataIds()).toBe(after.numDataBuffers);
    net.dispose();
  });

  it('agrees with the reference implementations over a step', async () => {
    const runs: Float32Array[][] = [];
    for (const backend of ['js', 'native'] as const) {
      await selectBackend(backend);
      const net = buildNet([4, 10, 12]);
      const values = net.variables.map((v) => v.dataSync<'float32'>().slice());
      net.step();
      runs.push(
        net.variables.map((v, i) =>
          v.dataSync<'float32'>().map((value, j) => value - values[i][j]),
        ),
      );
      net.dispose();
    }
    // The first step of Adam is the sign of the gradient times the rate; rounding decides only
    // gradients near zero.
    let differing = 0;
    let total = 0;
    runs[0].forEach((expected, i) => {
      expected.forEach((value, j) => {
        total++;
        if (Math.abs(value - runs[1][i][j]) > 1e-4) differing++;
      });
    });
    expect(differing / total).toBeLessThan(0.01);
  });
});
