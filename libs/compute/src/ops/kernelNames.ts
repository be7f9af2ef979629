import * as tf from '@tensorflow/tfjs-core';

/** Kernels of our own, which a back-end may or may not have: without it the composition of standard operations runs. */
export const CONV_WITH_BIAS = 'BlurcycleConvWithBias';
export const UP_CONV = 'BlurcycleUpConv';
export const INSTANCE_NORM = 'BlurcycleInstanceNorm';
export const INSTANCE_NORM_GRADIENT = 'BlurcycleInstanceNormGradient';
export const LEAKY_RELU_GRADIENT = 'BlurcycleLeakyReluGradient';
export const LOSS = 'BlurcycleLoss';
export const LOSS_GRADIENT = 'BlurcycleLossGradient';
export const BLUR_VOLUME = 'BlurcycleBlurVolume';
export const BLUR_KERNEL_GRADIENT = 'BlurcycleBlurKernelGradient';

/** True when the back-end in use has the kernel. */
export function hasKernel(kernelName: string): boolean {
  return tf.getKernel(kernelName, tf.getBackend()) !== undefined;
}

/** Runs a kernel on the back-end in use; its gradient, where one is registered, is recorded. */
export function runKernel<T extends tf.Tensor | tf.Tensor[] = tf.Tensor>(
  kernelName: string,
  inputs: tf.NamedTensorMap,
  attributes: Readonly<Record<string, unknown>> = {},
): T {
  return tf.engine().runKernel<T>(kernelName, inputs, attributes as tf.NamedAttrMap);
}
