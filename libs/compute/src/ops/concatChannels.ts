import * as tf from '@tensorflow/tfjs-core';

/**
 * The channels of `a`, then those of `b`; the other sides must agree. One new tensor; call inside
 * tidy.
 */
export function concatChannels(a: tf.Tensor5D, b: tf.Tensor5D): tf.Tensor5D {
  return tf.concat([a, b], 4);
}
