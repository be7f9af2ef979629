import * as tf from '@tensorflow/tfjs-core';
import { assertRange } from '@blurcycle/core';
import { nativeAdamUpdate } from '../backends/native/nativeAdamUpdate.ts';
import { NativeBackend } from '../backends/native/nativeBackend.ts';
import { webgpuAdamUpdate } from '../backends/webgpu/webgpuAdamUpdate.ts';
import type { WebgpuBackend } from '../backends/webgpu/webgpuBackend.ts';

/**
 * What Adam remembers between steps: the number of steps done and both moments of every parameter.
 */
export interface AdamState {
  step: number;
  readonly m: tf.Variable[];
  readonly v: tf.Variable[];
}

/** Step size and decay of Adam. */
export interface AdamOptions {
  readonly learningRate: number;
  /** Decay of the mean of the gradients, [0, 1). */
  readonly beta1: number;
  /** Decay of the mean of their squares, [0, 1). */
  readonly beta2: number;
  /** Added to the root of the second moment, after its bias is removed. */
  readonly epsilon: number;
}

/** Moments of zero for every parameter. The caller owns the variables: see `disposeAdamState`. */
export function createAdamState(parameters: readonly tf.Variable[]): AdamState {
  const zeros = (): tf.Variable[] =>
    parameters.map((parameter) => tf.tidy(() => tf.variable(tf.zerosLike(parameter), false)));
  return { step: 0, m: zeros(), v: zeros() };
}

/** Frees the moments. */
export function disposeAdamState(state: AdamState): void {
  for (const moment of [...state.m, ...state.v]) moment.dispose();
}

/**
 * One step of Adam; changes the parameters and the state in place.
 *
 * m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g²,
 * p <- p - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon),  t = 1 at the first step.
 *
 * Memory: makes no tensor that outlives the call; the gradients stay the caller's.
 * Source: Kingma & Ba (2015), arXiv:1412.6980, algorithm 1.
 */
export function adamUpdate(
  parameters: readonly tf.Variable[],
  gradients: readonly tf.Tensor[],
  state: AdamState,
  options: AdamOptions,
): void {
  const count = parameters.length;
  const agree = gradients.length === count && state.m.length === count && state.v.length === count;
  assertRange(
    agree,
    'adamUpdate',
    'gradients',
    `be ${count}, one for each parameter`,
    gradients.length,
  );
  state.step += 1;
  const backend = tf.backend();
  if (backend instanceof NativeBackend)
    nativeAdamUpdate(backend, parameters, gradients, state, options);
  else if (isWebgpu(backend)) webgpuAdamUpdate(backend, parameters, gradients, state, options);
  else composedAdamUpdate(parameters, gradients, state, options);
}

/** By its name, since the class itself is loaded only where the back-end is used. */
function isWebgpu(backend: tf.KernelBackend): backend is WebgpuBackend {
  return tf.getBackend() === 'webgpu' && 'device' in backend;
}

/** `adamUpdate` written with standard operations, after the step was counted: its definition. */
export function composedAdamUpdate(
  parameters: readonly tf.Variable[],
  gradients: readonly tf.Tensor[],
  state: AdamState,
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
): void {
  const scale1 = 1 / (1 - beta1 ** state.step);
  const scale2 = 1 / (1 - beta2 ** state.step);
  parameters.forEach((parameter, i) => {
    tf.tidy(() => {
      const m = tf.add(tf.mul(state.m[i], beta1), tf.mul(gradients[i], 1 - beta1));
      const v = tf.add(tf.mul(state.v[i], beta2), tf.mul(tf.square(gradients[i]), 1 - beta2));
      const root = tf.add(tf.sqrt(tf.mul(v, scale2)), epsilon);
      state.m[i].assign(m);
      state.v[i].assign(v);
      parameter.assign(tf.sub(parameter, tf.mul(tf.div(tf.mul(m, scale1), root), learningRate)));
    });
  });
}
