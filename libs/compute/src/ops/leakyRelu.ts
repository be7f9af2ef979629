import * as tf from '@tensorflow/tfjs-core';

/**
 * x where it is positive, slope times x elsewhere. Shapes: any, result the same. One new tensor;
 * call inside tidy.
 */
export function leakyRelu<T extends tf.Tensor>(x: T, slope: number): T {
  return tf.leakyRelu(x, slope);
}
