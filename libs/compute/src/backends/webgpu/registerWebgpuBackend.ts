import * as tf from '@tensorflow/tfjs-core';
import { findAdapter } from './findAdapter.ts';
import { BLUR_KERNELS, CONVOLUTION_KERNELS } from './kernels/convolutionKernels.ts';
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
 * Registers the WebGPU back-end with tfjs under the name `webgpu`, once per process.
 *
 * @param halfPrecision - Round the factors of convolutions; every call may change it.
 */
export async function registerWebgpuBackend(halfPrecision: boolean): Promise<void> {
  registered ??= register();
  (await registered).roundsConvolutionsToHalf = halfPrecision;
}

let registered: Promise<WebgpuBackend> | undefined;

async function register(): Promise<WebgpuBackend> {
  const found = await findAdapter();
  if ('missing' in found) throw new Error(`internal: ${found.missing}`);
  const { adapter, gpu } = found;
  const requiredLimits = Object.fromEntries(
    RAISED_LIMITS.map((name) => [name, adapter.limits[name]]),
  );
  const device = await adapter.requestDevice({ requiredLimits });
  // Loaded here, since the package is optional.
  const { WebgpuBackend } = await import('./webgpuBackend.ts');
  const backend = withNavigator(gpu, () => new WebgpuBackend(device, adapter.info));
  for (const kernel of WEBGPU_KERNELS) registerGpuKernel(kernel);
  tf.registerBackend('webgpu', () => backend);
  return backend;
}

/**
 * The constructor needs a browser's `navigator.gpu`; it is removed afterwards, since Node does not
 * exit while it exists.
 */
function withNavigator<T>(gpu: GPU, make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
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
