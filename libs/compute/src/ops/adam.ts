import * as tf from '@tensorflow/tfjs-core';
import { assertRange } from '@blurcycle/core';
import { packNumbers } from '../../native/layouts.ts';
import { NativeBackend } from '../backends/native/nativeBackend.ts';
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
 * Memory: makes no tensor that outlives the call; the caller keeps the gradients.
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
  else referenceAdamUpdate(parameters, gradients, state, options);
}

/** By its name, since the class itself is loaded only where the back-end is used. */
function isWebgpu(backend: tf.KernelBackend): backend is WebgpuBackend {
  return tf.getBackend() === 'webgpu' && 'device' in backend;
}

/** Reference implementation of `adamUpdate`, made of standard operations; the step was counted. */
export function referenceAdamUpdate(
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

/** `adamUpdate` in one pass over all parameters, in place; the step was counted. */
function nativeAdamUpdate(
  backend: NativeBackend,
  parameters: readonly tf.Variable[],
  gradients: readonly tf.Tensor[],
  state: AdamState,
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
): void {
  const settings = packNumbers('adamSettings', {
    learningRate,
    beta1,
    beta2,
    epsilon,
    meanScale: 1 / (1 - beta1 ** state.step),
    squareScale: 1 / (1 - beta2 ** state.step),
  });
  backend.addon.adamUpdate(
    parameters.map((parameter) => ownArray(backend, parameter)),
    gradients.map((gradient) => backend.floats(gradient)),
    state.m.map((moment) => ownArray(backend, moment)),
    state.v.map((moment) => ownArray(backend, moment)),
    Float64Array.from(settings),
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

/** Invocations in a workgroup. */
const WORKGROUP_SIZE = 64;

/**
 * Reads gradient, parameter and both moments once, and writes the three new ones; the numbers are
 * those of `adamUpdate`.
 */
const ADAM_CODE = `
  struct Numbers {
    rate : f32, epsilon : f32, beta1 : f32, beta2 : f32, rest1 : f32, rest2 : f32, scale1 : f32, scale2 : f32
  };
  @group(0) @binding(0) var<uniform> numbers : Numbers;
  @group(0) @binding(1) var<storage, read> gradient : array<f32>;
  @group(0) @binding(2) var<storage, read> parameter : array<f32>;
  @group(0) @binding(3) var<storage, read> firstMoment : array<f32>;
  @group(0) @binding(4) var<storage, read> secondMoment : array<f32>;
  @group(0) @binding(5) var<storage, read_write> newParameter : array<f32>;
  @group(0) @binding(6) var<storage, read_write> newFirstMoment : array<f32>;
  @group(0) @binding(7) var<storage, read_write> newSecondMoment : array<f32>;

  @compute @workgroup_size(${WORKGROUP_SIZE})
  fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>,
          @builtin(local_invocation_index) call : u32) {
    let at = (group.y * groups.x + group.x) * ${WORKGROUP_SIZE}u + call;
    if (at >= arrayLength(&gradient)) { return; }
    let g = gradient[at];
    let m = numbers.beta1 * firstMoment[at] + numbers.rest1 * g;
    let v = numbers.beta2 * secondMoment[at] + numbers.rest2 * g * g;
    newFirstMoment[at] = m;
    newSecondMoment[at] = v;
    newParameter[at] = parameter[at] - numbers.rate * m * numbers.scale1 / (sqrt(v * numbers.scale2) + numbers.epsilon);
  }`;

const pipelines = new WeakMap<GPUDevice, GPUComputePipeline>();

/**
 * `adamUpdate` with one dispatch per parameter, all in one pass; the step was counted.
 *
 * The program has three results, which the kernels of tfjs cannot have, so it is submitted here,
 * after what tfjs has recorded.
 */
function webgpuAdamUpdate(
  gpu: WebgpuBackend,
  parameters: readonly tf.Variable[],
  gradients: readonly tf.Tensor[],
  state: AdamState,
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
): void {
  const { device } = gpu;
  const [scale1, scale2] = [1 / (1 - beta1 ** state.step), 1 / (1 - beta2 ** state.step)];
  // 1 - beta is computed in double precision: in float32, 1 - 0.999 is wrong by 5e-5.
  const values = [learningRate, epsilon, beta1, beta2, 1 - beta1, 1 - beta2, scale1, scale2];
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const numbers = device.createBuffer({ size: 4 * values.length, usage });
  device.queue.writeBuffer(numbers, 0, Float32Array.from(values));
  tf.tidy(() => {
    const updates = parameters.map((parameter, i) => {
      const variables = [parameter, state.m[i], state.v[i]];
      const results = variables.map(({ shape }) => gpu.makeTensorInfo(shape, 'float32'));
      const read = [gradients[i], ...variables].map((tensor) => bufferOf(gpu, tensor));
      const written = results.map((result) => bufferOf(gpu, result));
      return { variables, results, size: parameter.size, buffers: [numbers, ...read, ...written] };
    });
    gpu.ensureCommandEncoderReady();
    gpu.endComputePassEncoder();
    gpu.submitQueue();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const pipeline = pipelineOf(device);
    pass.setPipeline(pipeline);
    for (const { size, buffers } of updates) {
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      pass.setBindGroup(
        0,
        device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
      );
      const groups = Math.ceil(size / WORKGROUP_SIZE);
      const across = Math.min(groups, device.limits.maxComputeWorkgroupsPerDimension);
      pass.dispatchWorkgroups(across, Math.ceil(groups / across));
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
    for (const { variables, results } of updates) {
      variables.forEach((variable, i) => {
        variable.assign(tf.engine().makeTensorFromTensorInfo(results[i]));
      });
    }
  });
  numbers.destroy();
}

function bufferOf(gpu: WebgpuBackend, { dataId }: tf.TensorInfo): GPUBuffer {
  gpu.uploadToGPU(dataId);
  return gpu.tensorMap.get(dataId).resource as GPUBuffer;
}

function pipelineOf(device: GPUDevice): GPUComputePipeline {
  const known = pipelines.get(device);
  if (known !== undefined) return known;
  const module = device.createShaderModule({ code: ADAM_CODE });
  const made = device.createComputePipeline({
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
  });
  pipelines.set(device, made);
  return made;
}
