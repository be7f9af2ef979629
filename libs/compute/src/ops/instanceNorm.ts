import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, INSTANCE_NORM, runKernel } from './kernelNames.ts';

/** Normalization and what follows it. */
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
  if (!hasKernel(INSTANCE_NORM)) return composedInstanceNorm(x, options);
  const { epsilon = 1e-5, activation = 'none', slope = 0.2 } = options;
  const negative = { none: 1, relu: 0, leakyRelu: slope }[activation];
  return runKernel<tf.Tensor5D[]>(INSTANCE_NORM, { x }, { epsilon, slope: negative })[0];
}

/** `instanceNorm` written with standard operations: its definition. */
export function composedInstanceNorm(
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
