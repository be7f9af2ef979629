/// <reference types="@webgpu/types" />
import * as tf from '@tensorflow/tfjs-core';
import { BLUR_KERNELS, CONVOLUTION_KERNELS } from './kernels/convolutionKernels.ts';
import { FORWARD_KERNELS } from './kernels/forwardKernels.ts';
import { INSTANCE_NORM_KERNELS, LOSS_KERNELS, POOLING_KERNELS } from './kernels/networkKernels.ts';
import { ELEMENTWISE_KERNELS, REDUCTION_KERNELS, WINDOW_KERNELS } from './kernels/tensorKernels.ts';
import type { GpuKernel } from './runProgram.ts';
import type { WebgpuBackend } from './webgpuBackend.ts';

const WEBGPU_KERNELS = [
  ...BLUR_KERNELS,
  ...CONVOLUTION_KERNELS,
  ...ELEMENTWISE_KERNELS,
  ...INSTANCE_NORM_KERNELS,
  ...LOSS_KERNELS,
  ...POOLING_KERNELS,
  ...REDUCTION_KERNELS,
  ...WINDOW_KERNELS,
];

/** Limits that are requested at the adapter's maximum instead of WebGPU's guaranteed minimum. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

/**
 * Requests the device of an adapter and registers the back-end that runs on it with tfjs, under the
 * name `webgpu`.
 *
 * @param make - Calls the constructor that it is given.
 */
export async function startWebgpu(
  adapter: GPUAdapter,
  make: (create: () => WebgpuBackend) => WebgpuBackend = (create) => create(),
): Promise<WebgpuBackend> {
  const requiredLimits = Object.fromEntries(
    RAISED_LIMITS.map((name) => [name, adapter.limits[name]]),
  );
  const device = await adapter.requestDevice({ requiredLimits });
  // Loaded here, since the package is optional.
  const { WebgpuBackend } = await import('./webgpuBackend.ts');
  const backend = make(() => new WebgpuBackend(device, adapter.info));
  for (const kernel of WEBGPU_KERNELS) registerGpuKernel(kernel);
  for (const kernel of FORWARD_KERNELS) if (!isThere(kernel)) registerGpuKernel(kernel);
  tf.registerBackend('webgpu', () => backend);
  return backend;
}

function isThere({ kernelName }: GpuKernel): boolean {
  return (tf.getKernel(kernelName, 'webgpu') as object | undefined) !== undefined;
}

/**
 * Registers a kernel in place of that of tfjs, which takes the cases that ours leaves and inputs
 * that are not float32.
 */
function registerGpuKernel({ kernelName, run }: GpuKernel): void {
  const standard = tf.getKernel(kernelName, 'webgpu') as
    ReturnType<typeof tf.getKernel> | undefined;
  const kernelFunc: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const given = inputs as Readonly<Record<string, tf.TensorInfo>>;
    const isFloat = Object.values(given).every(({ dtype }) => dtype === 'float32');
    const result = isFloat ? run(backend as WebgpuBackend, given, attrs ?? {}) : undefined;
    if (result !== undefined) return result;
    if (standard === undefined)
      throw new Error(`internal: no kernel for this case of ${kernelName}`);
    return standard.kernelFunc(
      attrs === undefined ? { inputs, backend } : { inputs, backend, attrs },
    );
  };
  if (standard !== undefined) tf.unregisterKernel(kernelName, 'webgpu');
  tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc });
}
