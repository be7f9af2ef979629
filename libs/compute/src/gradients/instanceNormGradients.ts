import * as tf from '@tensorflow/tfjs-core';
import { INSTANCE_NORM, INSTANCE_NORM_GRADIENT, runKernel } from '../ops/kernelNames.ts';
import { leakyReluGradient } from './elementwiseGradients.ts';
import type { GradientRule } from './gradientTable.ts';

/**
 * First and second gradient of the fused normalization y = f(n), n = (x - mean) s, f leaky relu of
 * the given slope.
 *
 * With h = f'(n) dy the first gradient is dx = s (h - <h> - n <n h>), <> the mean over the voxels
 * of a channel. Its adjoint in dy is f'(n) times the same projection of g; in x it follows from dn
 * = the projection and ds/dx = -s² n / N.
 */
export const INSTANCE_NORM_GRADIENTS: Readonly<Record<string, GradientRule>> = {
  [INSTANCE_NORM]: {
    saveInputs: ['x'],
    saveOutputs: [false, true],
    pullBack: (dy, [x, statistics], { slope }) => ({
      x: () => runKernel(INSTANCE_NORM_GRADIENT, { x, statistics, dy }, { slope }),
    }),
  },
  [INSTANCE_NORM_GRADIENT]: {
    saveInputs: ['x', 'statistics', 'dy'],
    pullBack: (g, [x, statistics, dy], attributes) => {
      const slope = attributes.slope as number;
      const { mean, inverse } = perChannel(statistics);
      const normalized = (): tf.Tensor => tf.mul(tf.sub(x, mean), inverse);
      const project = (u: tf.Tensor): tf.Tensor =>
        runKernel(INSTANCE_NORM_GRADIENT, { x, statistics, dy: u }, { slope: 1 });
      return {
        dy: () => leakyReluGradient(normalized(), project(g), slope),
        // What depends on x through the statistics is counted with x.
        statistics: () => tf.zerosLike(statistics),
        x: () => {
          const n = normalized();
          const h = leakyReluGradient(n, dy, slope);
          const [nh, ng] = [average(tf.mul(n, h)), average(tf.mul(n, g))];
          const covariance = tf.sub(average(tf.mul(g, h)), tf.mul(average(g), average(h)));
          const ofInverse = tf.mul(tf.square(inverse), tf.sub(covariance, tf.mul(ng, nh)));
          const ofNormalized = tf.mul(inverse, tf.add(tf.mul(g, nh), tf.mul(h, ng)));
          return tf.neg(tf.add(project(ofNormalized), tf.mul(n, ofInverse)));
        },
      };
    },
  },
};

function average(values: tf.Tensor): tf.Tensor {
  return tf.mean(values, [1, 2, 3], true);
}

/** Mean and inverse standard deviation as [n, 1, 1, 1, c], from [n, 2, c]. */
function perChannel(statistics: tf.Tensor): { mean: tf.Tensor; inverse: tf.Tensor } {
  const [batch, , channels] = statistics.shape;
  const part = (which: number): tf.Tensor =>
    tf.reshape(tf.slice(statistics, [0, which, 0], [batch, 1, channels]), [
      batch,
      1,
      1,
      1,
      channels,
    ]);
  return { mean: part(0), inverse: part(1) };
}
