import * as tf from '@tensorflow/tfjs-core';
import { CONV_WITH_BIAS, hasKernel, runKernel } from './kernelNames.ts';

/** How a convolution moves over its input. */
export interface Conv3dOptions {
  /** Step of the window along all three axes. @defaultValue 1 */
  readonly stride?: 1 | 2;
  /**
   * `same`: output of ceil(side / stride); a number: that many zeros at every side. @defaultValue
   * 'same'
   */
  readonly padding?: 'same' | number;
}

/**
 * Three-dimensional convolution layer (the correlation that networks call so): y = filter ⋆ x +
 * bias.
 *
 * Shapes: `x` [n, z, y, x, cin]; `filter` [kz, ky, kx, cin, cout]; `bias` [cout] or null; result
 * [n, z', y', x', cout].
 * Memory: consumes nothing; returns one new tensor; call inside tidy. Gradients for x, filter and
 * bias.
 */
export function conv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
  options: Conv3dOptions = {},
): tf.Tensor5D {
  if (!hasKernel(CONV_WITH_BIAS)) return composedConv3d(x, filter, bias, options);
  const { stride = 1, padding = 'same' } = options;
  const attributes = { strides: stride, pad: padding, dataFormat: 'NDHWC', dilations: 1 };
  return bias === null
    ? runKernel(tf.Conv3D, { x, filter }, attributes)
    : runKernel(CONV_WITH_BIAS, { x, filter, bias }, attributes);
}

/** `conv3d` written with standard operations: its definition. */
export function composedConv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
  { stride = 1, padding = 'same' }: Conv3dOptions = {},
): tf.Tensor5D {
  const framed = padding === 'same' || padding === 0 ? x : zeroFrame(x, padding);
  const y = tf.conv3d(framed, filter, stride, padding === 'same' ? 'same' : 'valid');
  return bias === null ? y : tf.add<tf.Tensor5D>(y, bias);
}

function zeroFrame(x: tf.Tensor5D, width: number): tf.Tensor5D {
  const side: [number, number] = [width, width];
  return tf.pad(x, [[0, 0], side, side, side, [0, 0]]);
}
