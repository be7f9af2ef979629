import * as tf from '@tensorflow/tfjs-core';
import type { AdamOptions, AdamState } from '../../ops/adam.ts';
import type { NativeBackend } from './nativeBackend.ts';

/** `adamUpdate` in one pass over all parameters, in place; the step was counted. */
export function nativeAdamUpdate(
  backend: NativeBackend,
  parameters: readonly tf.Variable[],
  gradients: readonly tf.Tensor[],
  state: AdamState,
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
): void {
  const scale1 = 1 / (1 - beta1 ** state.step);
  const scale2 = 1 / (1 - beta2 ** state.step);
  backend.addon.adamUpdate(
    parameters.map((parameter) => ownArray(backend, parameter)),
    gradients.map((gradient) => backend.floats(gradient)),
    state.m.map((moment) => ownArray(backend, moment)),
    state.v.map((moment) => ownArray(backend, moment)),
    Float64Array.of(learningRate, beta1, beta2, epsilon, scale1, scale2),
  );
}

/**
 * The variable's array; where it shares one with another tensor (the one it was made from), it gets
 * its own first.
 */
function ownArray(backend: NativeBackend, variable: tf.Variable): Float32Array {
  if (backend.refCount(variable.dataId) > 1) {
    tf.tidy(() => variable.assign(tf.tensor(backend.floats(variable), variable.shape, 'float32')));
  }
  return backend.floats(variable);
}
