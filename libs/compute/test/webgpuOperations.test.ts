/**
 * Operations on WebGPU against their reference implementations, at tiny sizes: a program may stand
 * in for the GPU.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  adamUpdate,
  backendReport,
  conv3d,
  createAdamState,
  disposeAdamState,
  selectBackend,
} from '../src/index.ts';
import { referenceAdamUpdate } from '../src/ops/adam.ts';
import { describeOperations } from './describeOperations.ts';
import { offerSoftwareGpu } from './softwareGpu.ts';
import { randomTensor, randomValues, relativeError } from './support.ts';

/**
 * Operations on WebGPU against the compositions that define them, at tiny sizes: a program may
 * stand in for the GPU.
 */

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`WebGPU is not tested: ${report?.detail} (${report?.remedy})\n`);

describe.skipIf(report?.available !== true)('WebGPU operations', () => {
  describeOperations({ backend: 'webgpu', largest: 2500 });

  describe('adamUpdate', () => {
    const SHAPES = [[1], [64], [3, 3, 3, 5, 7], [65]]; // below, at and above the 64 invocations of a workgroup
    const OPTIONS = { learningRate: 0.01, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

    /** Parameters and moments after three steps. */
    async function moved(
      backend: 'js' | 'webgpu',
      update: typeof referenceAdamUpdate,
    ): Promise<Float32Array[]> {
      await selectBackend(backend);
      const parameters = SHAPES.map((shape, i) =>
        tf.variable(randomTensor<tf.Tensor>(shape, `parameter/${i}`)),
      );
      const state = createAdamState(parameters);
      for (let step = 1; step <= 3; step++) {
        const gradients = SHAPES.map((shape, i) =>
          randomTensor<tf.Tensor>(shape, `gradient/${i}/${step}`),
        );
        update(parameters, gradients, state, OPTIONS);
        tf.dispose(gradients);
      }
      const read: Float32Array[] = [];
      for (const variable of [...parameters, ...state.m, ...state.v]) {
        read.push((await variable.data<'float32'>()).slice());
      }
      disposeAdamState(state);
      tf.dispose(parameters);
      return read;
    }

    it('moves parameters and moments as its reference implementation does', async () => {
      const expected = await moved('js', (parameters, gradients, state, options) => {
        state.step += 1;
        referenceAdamUpdate(parameters, gradients, state, options);
      });
      const actual = await moved('webgpu', adamUpdate);
      // Some roundings of float32 in each of three steps.
      actual.forEach((values, i) => expect(relativeError(values, expected[i])).toBeLessThan(2e-6));
    });
  });

  describe('half precision', () => {
    const SHAPE: [number, number, number, number, number] = [1, 4, 6, 9, 16];
    const FILTER: [number, number, number, number, number] = [3, 3, 3, 16, 16];

    afterEach(async () => {
      await selectBackend('webgpu');
    });

    async function convolved(
      halfPrecision: boolean,
      x: Float32Array,
      w: Float32Array,
    ): Promise<Float32Array> {
      await selectBackend('webgpu', { halfPrecision });
      const y = tf.tidy(() => conv3d(tf.tensor5d(x, SHAPE), tf.tensor5d(w, FILTER), null));
      const values = (await y.data<'float32'>()).slice();
      y.dispose();
      return values;
    }

    const [x, w] = [SHAPE, FILTER].map((shape, i) =>
      randomValues(tf.util.sizeFromShape(shape), `half/${i}`),
    );

    it('is off by default and named where it is on', async () => {
      expect((await selectBackend('webgpu')).description).not.toContain('half');
      expect((await selectBackend('webgpu', { halfPrecision: true })).description).toContain(
        'half precision',
      );
      expect((await selectBackend('js', { halfPrecision: true })).description).not.toContain(
        'half',
      );
    });

    it('rounds the factors of a convolution', async () => {
      const error = relativeError(await convolved(true, x, w), await convolved(false, x, w));
      expect(error).toBeGreaterThan(1e-5); // more than another order of the sums would change
      // Two factors, each wrong by 2^-10 at most (WGSL may round either way), and errors of random
      // signs.
      expect(error).toBeLessThan(2 ** -9);
    });

    it('sums in float32', async () => {
      // Eighths up to one and products of them are numbers of half precision; sums of 432 of them
      // are not.
      const eighths = (values: Float32Array): Float32Array =>
        values.map((value) => Math.round(8 * value) / 8);
      const factors = [eighths(x), eighths(w)] as const;
      expect(await convolved(true, ...factors)).toEqual(await convolved(false, ...factors));
    });
  });
});
