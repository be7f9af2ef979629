import * as tf from '@tensorflow/tfjs-core';

/**
 * Largest value of every block of 2 x 2 x 2 voxels; an odd last plane, row or column is left out.
 *
 * Shapes: `x` [n, z, y, x, c], result [n, z/2, y/2, x/2, c].
 * Memory: consumes nothing; returns one new tensor; call inside tidy.
 */
export function maxPool3d(x: tf.Tensor5D): tf.Tensor5D {
  return tf.maxPool3d(x, 2, 2, 'valid');
}
