import * as tf from '@tensorflow/tfjs-core';
import { assertRange } from '@blurcycle/core';
import { assertKernel } from '../fft/convolver.ts';
import {
  BLUR_KERNEL_GRADIENT,
  BLUR_VOLUME,
  hasKernel,
  runKernel,
  type GradientRules,
} from './runKernel.ts';

/**
 * Convolution (not correlation) of every volume with one kernel, zeros outside, result of the same
 * shape.
 *
 * y[i] = sum over d of kernel[c + d] x[i - d], c the center of the kernel.
 *
 * Shapes: `x` [n, z, y, x, 1]; `kernel` [kz, ky, kx], all odd.
 * Memory: consumes nothing; returns one new tensor; call inside tidy. Gradients for x and kernel.
 * Cost: two real transforms of side N + (k - 1)/2 for each volume, one for the kernel.
 */
export function blur3d(x: tf.Tensor5D, kernel: tf.Tensor3D): tf.Tensor5D {
  assertRange(x.shape[4] === 1, 'blur3d', 'x', 'have one channel', x.shape);
  assertKernel('blur3d', { length: kernel.size }, kernel.shape);
  if (!hasKernel(BLUR_VOLUME)) return referenceBlur3d(x, kernel);
  return blurVolume(x, kernel, false);
}

/** Reference implementation of `blur3d`, made of standard operations. */
export function referenceBlur3d(x: tf.Tensor5D, kernel: tf.Tensor3D): tf.Tensor5D {
  const [kz, ky, kx] = kernel.shape;
  const filter = tf.reshape<tf.Rank.R5>(tf.reverse(kernel), [kz, ky, kx, 1, 1]);
  return tf.conv3d(x, filter, 1, 'same');
}

function blurVolume(x: tf.Tensor, kernel: tf.Tensor, adjoint: boolean): tf.Tensor5D {
  return runKernel(BLUR_VOLUME, { x, kernel }, { adjoint });
}

function blurKernelGradient(x: tf.Tensor, dy: tf.Tensor, kernelShape: number[]): tf.Tensor {
  return runKernel(BLUR_KERNEL_GRADIENT, { x, dy }, { kernelShape });
}

/**
 * The blur, its adjoint and the gradient of its kernel are derivatives of one trilinear form t(x,
 * kernel, dy), so the gradient of each is one of the others.
 */
export const BLUR_GRADIENTS: GradientRules = {
  [BLUR_VOLUME]: {
    saveInputs: ['x', 'kernel'],
    pullBack: (dy, [x, kernel], { adjoint }) => ({
      x: () => blurVolume(dy, kernel, adjoint !== true),
      kernel: () =>
        adjoint === true
          ? blurKernelGradient(dy, x, kernel.shape)
          : blurKernelGradient(x, dy, kernel.shape),
    }),
  },
  [BLUR_KERNEL_GRADIENT]: {
    saveInputs: ['x', 'dy'],
    pullBack: (kernel, [x, dy]) => ({
      x: () => blurVolume(dy, kernel, true),
      dy: () => blurVolume(x, kernel, false),
    }),
  },
};
