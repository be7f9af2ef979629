import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, LEAKY_RELU_GRADIENT, runKernel, type GradientRules } from './runKernel.ts';

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
export function leakyReluGradient(x: tf.Tensor, dy: tf.Tensor, slope: number): tf.Tensor {
  if (hasKernel(LEAKY_RELU_GRADIENT)) return runKernel(LEAKY_RELU_GRADIENT, { x, dy }, { slope });
  return tf.where(tf.greater(x, 0), dy, tf.mul(dy, slope));
}
