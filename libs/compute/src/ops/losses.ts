import * as tf from '@tensorflow/tfjs-core';

/** Mean over all elements of (a - target)², a scalar tensor; gradients for both. */
export function meanSquare(a: tf.Tensor, target: number | tf.Tensor): tf.Scalar {
  return tf.mean<tf.Scalar>(tf.square(tf.sub(a, target)));
}

/** Mean over all elements of |a - b|, a scalar tensor; gradients for both. */
export function meanAbsolute(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.mean<tf.Scalar>(tf.abs(tf.sub(a, b)));
}
