import * as tf from '@tensorflow/tfjs-core';
import type { AdamOptions, AdamState } from '../../ops/adam.ts';
import type { WebgpuBackend } from './webgpuBackend.ts';

const CALLS = 64;

/**
 * Reads gradient, parameter and both moments once, and writes the three new ones; the numbers are
 * those of `adamUpdate`.
 */
const CODE = `
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

  @compute @workgroup_size(${CALLS})
  fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>,
          @builtin(local_invocation_index) call : u32) {
    let at = (group.y * groups.x + group.x) * ${CALLS}u + call;
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
 * The program has three results, which the kernels of tfjs cannot have, so it is put on the queue
 * here; what tfjs has recorded goes before it.
 */
export function webgpuAdamUpdate(
  gpu: WebgpuBackend,
  parameters: readonly tf.Variable[],
  gradients: readonly tf.Tensor[],
  state: AdamState,
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
): void {
  const { device } = gpu;
  const [scale1, scale2] = [1 / (1 - beta1 ** state.step), 1 / (1 - beta2 ** state.step)];
  // What a decay leaves is taken in double precision: 1 - 0.999 in float32 is wrong by 5e-5.
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
      const groups = Math.ceil(size / CALLS);
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
  const module = device.createShaderModule({ code: CODE });
  const made = device.createComputePipeline({
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
  });
  pipelines.set(device, made);
  return made;
}
