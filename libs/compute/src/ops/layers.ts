import * as tf from '@tensorflow/tfjs-core';
import {
  hasKernel,
  INSTANCE_NORM,
  INSTANCE_NORM_GRADIENT,
  LEAKY_RELU_GRADIENT,
  runKernel,
  type GradientRules,
} from './runKernel.ts';

/** Epsilon of an instance normalization, and the activation that follows it. */
export interface InstanceNormOptions {
  /** Added to the variance. @defaultValue 1e-5 */
  readonly epsilon?: number;
  /** Applied to the normalized values. @defaultValue 'none' */
  readonly activation?: 'none' | 'relu' | 'leakyRelu';
  /** Slope of `leakyRelu` for negative values. @defaultValue 0.2 */
  readonly slope?: number;
}

/**
 * Instance normalization without learned scale or shift, then an activation.
 *
 * y = f((x - mean) / sqrt(variance + epsilon)), mean and (biased) variance over the voxels of each
 * volume and channel.
 *
 * Shapes: `x` [n, z, y, x, c], result the same.
 * Memory: consumes nothing; returns one new tensor; call inside tidy.
 * Source: Ulyanov et al. (2016), arXiv:1607.08022.
 */
export function instanceNorm(x: tf.Tensor5D, options: InstanceNormOptions = {}): tf.Tensor5D {
  if (!hasKernel(INSTANCE_NORM)) return referenceInstanceNorm(x, options);
  const { epsilon = 1e-5, activation = 'none', slope = 0.2 } = options;
  const negative = { none: 1, relu: 0, leakyRelu: slope }[activation];
  return runKernel<tf.Tensor5D[]>(INSTANCE_NORM, { x }, { epsilon, slope: negative })[0];
}

/** Reference implementation of `instanceNorm`, made of standard operations. */
function referenceInstanceNorm(
  x: tf.Tensor5D,
  { epsilon = 1e-5, activation = 'none', slope = 0.2 }: InstanceNormOptions = {},
): tf.Tensor5D {
  const { mean, variance } = tf.moments(x, [1, 2, 3], true);
  const normalized = tf.mul<tf.Tensor5D>(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  switch (activation) {
    case 'none':
      return normalized;
    case 'relu':
      return tf.relu(normalized);
    case 'leakyRelu':
      return tf.leakyRelu(normalized, slope);
  }
}

/**
 * x where it is positive, slope times x elsewhere.
 *
 * Shapes: any, result the same. One new tensor; call inside tidy.
 */
export function leakyRelu<T extends tf.Tensor>(x: T, slope: number): T {
  return tf.leakyRelu(x, slope);
}

/**
 * Largest value of every block of 2 x 2 x 2 voxels; an odd last plane, row or column is left out.
 *
 * Shapes: `x` [n, z, y, x, c], result [n, z/2, y/2, x/2, c].
 * Memory: consumes nothing; returns one new tensor; call inside tidy.
 */
export function maxPool3d(x: tf.Tensor5D): tf.Tensor5D {
  return tf.maxPool3d(x, 2, 2, 'valid');
}

/**
 * The channels of `a`, then those of `b`; the other sides must agree. One new tensor; call inside
 * tidy.
 */
export function concatChannels(a: tf.Tensor5D, b: tf.Tensor5D): tf.Tensor5D {
  return tf.concat([a, b], 4);
}

/** Gradients of the rectifiers and of pooling. */
export const LAYER_GRADIENTS: GradientRules = {
  [tf.Relu]: {
    saveInputs: ['x'],
    pullBack: (dy, [x]) => ({ x: () => leakyReluGradient(x, dy, 0) }),
  },
  [tf.LeakyRelu]: {
    saveInputs: ['x'],
    pullBack: (dy, [x], { alpha }) => ({
      x: () => leakyReluGradient(x, dy, alpha as number),
    }),
  },
  [LEAKY_RELU_GRADIENT]: {
    saveInputs: ['x'],
    pullBack: (g, [x], { slope }) => ({
      x: () => tf.zerosLike(x),
      dy: () => leakyReluGradient(x, g, slope as number),
    }),
  },
  [tf.MaxPool3D]: {
    saveInputs: ['x'],
    saveOutput: true,
    pullBack: (dy, [input, output], { filterSize, strides, pad, dimRoundingMode }) => ({
      x: () =>
        runKernel(
          tf.MaxPool3DGrad,
          { dy, input, output },
          { filterSize, strides, pad, dimRoundingMode },
        ),
    }),
  },
};

/** dy where x is positive, slope times dy elsewhere. */
function leakyReluGradient(x: tf.Tensor, dy: tf.Tensor, slope: number): tf.Tensor {
  if (hasKernel(LEAKY_RELU_GRADIENT)) return runKernel(LEAKY_RELU_GRADIENT, { x, dy }, { slope });
  return tf.where(tf.greater(x, 0), dy, tf.mul(dy, slope));
}

/**
 * First and second gradient of the fused normalization y = f(n), n = (x - mean) s, f leaky relu of
 * the given slope.
 *
 * With h = f'(n) dy the first gradient is dx = s (h - <h> - n <n h>), <> the mean over the voxels
 * of a channel. Its adjoint in dy is f'(n) times the same projection of g; in x it follows from dn
 * = the projection and ds/dx = -s² n / N.
 */
export const INSTANCE_NORM_GRADIENTS: GradientRules = {
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
        // The dependence on x through the statistics is part of the gradient for x.
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
