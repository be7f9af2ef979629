/** Gradients by the tape of the native back-end against those of tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { native } from '../native/addon.ts';
import { conv3d, instanceNorm, selectBackend, variableGradients } from '../src/index.ts';
import { randomTensor, relativeError } from './support.ts';

describe.skipIf(native === null)('variableGradients(f, variables) on the native back-end', () => {
  let variables: tf.Variable[];

  beforeAll(async () => {
    await selectBackend('native', { threads: 2 });
    const shapes = [[3, 3, 3, 2, 4], [4], [2, 3, 4]];
    variables = shapes.map((shape, i) =>
      tf.tidy(() => tf.variable(randomTensor<tf.Tensor>(shape, `v/${i}`))),
    );
  });

  /**
   * The same kernels run; where a variable is used more than once the order of additions differs.
   */
  const expectReference = (f: () => tf.Scalar): void => {
    tf.tidy(() => {
      const expected = tf.variableGrads(f, variables);
      const actual = variableGradients(f, variables);
      expect([...actual.value.dataSync()]).toEqual([...expected.value.dataSync()]);
      expect(Object.keys(actual.grads).sort()).toEqual(Object.keys(expected.grads).sort());
      for (const [name, gradient] of Object.entries(expected.grads)) {
        expect(actual.grads[name].shape).toEqual(gradient.shape);
        expect(relativeError(actual.grads[name].dataSync(), gradient.dataSync())).toBeLessThan(
          1e-6,
        );
      }
    });
  };

  it('goes through layers, of which one is applied twice', () => {
    const [filter, bias] = variables;
    expectReference(() => {
      const layer = (x: tf.Tensor5D): tf.Tensor5D =>
        conv3d(instanceNorm(x, { activation: 'relu' }), filter as tf.Tensor5D, bias as tf.Tensor1D);
      const once = layer(randomTensor([1, 4, 5, 6, 2], 'x'));
      const half = tf.slice(once, [0, 0, 0, 0, 1], [-1, -1, -1, -1, 2]);
      return tf.mean(tf.square(layer(half)));
    });
  });

  it('goes through clones, reshapes, casts and transpositions of the same array', () => {
    const [, , cube] = variables;
    expectReference(() => {
      const flat = tf.reshape(tf.clone(cube), [6, 4]);
      const product = tf.mul(tf.cast(flat, 'float32'), tf.transpose(tf.reshape(cube, [4, 6])));
      return tf.add(tf.sum(tf.mul(product, flat)), tf.sum(tf.square(cube)));
    });
  });

  it('goes through operations of the user that tfjs differentiates by a given gradient', () => {
    const [, , cube] = variables;
    const double = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 2),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, 2),
    }));
    expectReference(() => tf.sum(tf.square(double(cube))));
  });

  it('leaves out variables without influence and what leads nowhere', () => {
    const [filter, bias] = variables;
    expectReference(() => {
      tf.square(filter); // not used
      return tf.sum(tf.abs(bias));
    });
  });

  it('gives constants no gradient', () => {
    const [, bias] = variables;
    const f = (): tf.Scalar =>
      tf.sum(tf.mul(tf.cast(tf.greater(bias, 0), 'float32'), tf.scalar(2)));
    tf.tidy(() => {
      const { grads } = variableGradients(f, variables);
      expect([...grads[bias.name].dataSync()]).toEqual([0, 0, 0, 0]);
    });
  });

  it('keeps what f keeps and frees everything else, also after an error', () => {
    const [, , cube] = variables;
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    let kept: tf.Tensor | undefined;
    tf.tidy(() => {
      variableGradients(() => {
        kept = tf.keep(tf.square(cube));
        return tf.sum(kept);
      }, variables);
    });
    expect(kept?.isDisposed).toBe(false);
    kept?.dispose();
    const failing = (): tf.Scalar => {
      tf.square(tf.square(cube));
      throw new Error('stop');
    };
    expect(() => tf.tidy(() => variableGradients(failing, variables).value)).toThrow('stop');
    const unknown = (): tf.Scalar => tf.sum(tf.cumsum(tf.square(cube))); // a kernel without a gradient
    expect(() => tf.tidy(() => variableGradients(unknown, variables).value)).toThrow(
      'has no gradient',
    );
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
    expect(cube.isDisposed).toBe(false);
  });

  it('refuses to be called by the function it differentiates', () => {
    const [, bias] = variables;
    const nested = (): tf.Scalar => variableGradients(() => tf.sum(bias), variables).value;
    expect(() => tf.tidy(() => variableGradients(nested, variables).value)).toThrow(
      'by the function it differentiates',
    );
  });
});
