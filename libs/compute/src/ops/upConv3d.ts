import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel, UP_CONV } from './kernelNames.ts';

/**
 * Transposed convolution with kernel 2 and stride 2: every voxel becomes a block of 2 x 2 x 2.
 *
 * y[2z + a, 2y + b, 2x + c, o] = sum over i of filter[a, b, c, o, i] x[z, y, x, i] + bias[o].
 *
 * Shapes: `x` [n, z, y, x, cin]; `filter` [2, 2, 2, cout, cin]; `bias` [cout] or null; result [n,
 * 2z, 2y, 2x, cout].
 * Memory: consumes nothing; returns one new tensor; call inside tidy. Gradients for x, filter and
 * bias.
 */
export function upConv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
): tf.Tensor5D {
  if (bias === null || !hasKernel(UP_CONV)) return composedUpConv3d(x, filter, bias);
  return runKernel(UP_CONV, { x, filter, bias });
}

/** `upConv3d` written with standard operations: its definition. */
export function composedUpConv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
): tf.Tensor5D {
  const [n, depth, height, width] = x.shape;
  const outputShape: [number, number, number, number, number] = [
    n,
    2 * depth,
    2 * height,
    2 * width,
    filter.shape[3],
  ];
  const y = tf.conv3dTranspose<tf.Tensor5D>(x, filter, outputShape, 2, 'valid');
  return bias === null ? y : tf.add<tf.Tensor5D>(y, bias);
}
