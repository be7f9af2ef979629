import * as tf from '@tensorflow/tfjs-core';

/** One thunk per input that has a gradient; only those that are needed are called. */
export type InputGradients = Record<string, () => tf.Tensor>;

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
  readonly pullBack: (
    dy: tf.Tensor,
    saved: tf.Tensor[],
    attributes: Record<string, unknown>,
  ) => InputGradients;
}

/** Registers the rules, in place of gradients that a back-end's package may have brought along. */
export function registerRules(rules: Readonly<Record<string, GradientRule>>): void {
  for (const [kernelName, rule] of Object.entries(rules)) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [...(rule.saveInputs ?? [])],
      outputsToSave: [...(rule.saveOutputs ?? [rule.saveOutput === true])],
      saveAllInputs: rule.saveAllInputs === true,
      gradFunc: (dy, saved, attributes) =>
        rule.pullBack(Array.isArray(dy) ? dy[0] : dy, saved, attributes),
    });
  }
}

/** `gradient` summed over the axes along which an input of `shape` was broadcast. */
export function sumToShape(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}
