import * as tf from '@tensorflow/tfjs-core';
import { NativeBackend } from '../backends/native/nativeBackend.ts';

/**
 * Kernels of our own, which a back-end may or may not have: where it has not, the reference
 * implementation of the operation runs.
 */
export const CONV_WITH_BIAS = 'BlurcycleConvWithBias';
/** Gradients for filter and bias in one call. */
export const CONV_WEIGHT_GRADIENTS = 'BlurcycleConvWeightGradients';
export const UP_CONV = 'BlurcycleUpConv';
export const INSTANCE_NORM = 'BlurcycleInstanceNorm';
export const INSTANCE_NORM_GRADIENT = 'BlurcycleInstanceNormGradient';
export const LEAKY_RELU_GRADIENT = 'BlurcycleLeakyReluGradient';
export const LOSS = 'BlurcycleLoss';
export const LOSS_GRADIENT = 'BlurcycleLossGradient';
export const BLUR_VOLUME = 'BlurcycleBlurVolume';
export const BLUR_KERNEL_GRADIENT = 'BlurcycleBlurKernelGradient';
export const HOST_FUNCTION = 'BlurcycleHostFunction';

/**
 * The gradient of one kernel (of its first output): what it keeps of the forward pass, and the
 * chain rule.
 */
export interface GradientRule {
  readonly saveInputs?: readonly string[];
  readonly saveOutput?: boolean;
  /** For kernels with several outputs: which of them to keep. */
  readonly saveOutputs?: readonly boolean[];
  /** For kernels whose inputs are a list. */
  readonly saveAllInputs?: boolean;
  /** One function per input that has a gradient; only those that are needed are called. */
  readonly pullBack: (
    dy: tf.Tensor,
    saved: tf.Tensor[],
    attributes: Record<string, unknown>,
  ) => Record<string, () => tf.Tensor>;
}

/** Gradients by kernel name. */
export type GradientRules = Readonly<Record<string, GradientRule>>;

/** True when the back-end in use has the kernel. */
export function hasKernel(kernelName: string): boolean {
  const backendName = tf.getBackend();
  let known = KNOWN_KERNELS.get(backendName);
  if (known === undefined) {
    known = new Set(tf.getKernelsForBackend(backendName).map((kernel) => kernel.kernelName));
    KNOWN_KERNELS.set(backendName, known);
  }
  return known.has(kernelName);
}

/** By back-end: looking a kernel up in tfjs builds a string each time. */
const KNOWN_KERNELS = new Map<string, ReadonlySet<string>>();

/** Runs a kernel on the back-end in use; its gradient, where one is registered, is recorded. */
export function runKernel<T extends tf.Tensor | tf.Tensor[] = tf.Tensor>(
  kernelName: string,
  inputs: tf.NamedTensorMap,
  attributes: Readonly<Record<string, unknown>> = {},
): T {
  const engine = tf.engine();
  const { backend } = engine;
  // With the tape of tfjs off, its bookkeeping has nothing to do; the kernel itself tells the
  // back-end's own tape.
  const direct = backend instanceof NativeBackend && !engine.isTapeOn();
  const kernel = direct ? tf.getKernel(kernelName, engine.backendName) : undefined;
  if (kernel === undefined)
    return engine.runKernel<T>(kernelName, inputs, attributes as tf.NamedAttrMap);
  const result = kernel.kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend });
  const made = Array.isArray(result)
    ? result.map((info) => engine.makeTensorFromTensorInfo(info))
    : engine.makeTensorFromTensorInfo(result);
  return made as T;
}
