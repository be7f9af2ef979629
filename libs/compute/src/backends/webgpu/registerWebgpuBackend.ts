import * as tf from '@tensorflow/tfjs-core';
import { findAdapter } from './findAdapter.ts';
import type { WebgpuBackend } from './webgpuBackend.ts';
import { registerGpuKernel } from './gpuKernel.ts';
import { BLUR_KERNELS } from './kernels/blurKernels.ts';
import { CONVOLUTION_KERNELS } from './kernels/convolutionKernels.ts';
import { ELEMENTWISE_KERNELS } from './kernels/elementwiseKernels.ts';
import { INSTANCE_NORM_KERNELS } from './kernels/instanceNormKernels.ts';
import { LOSS_KERNELS } from './kernels/lossKernels.ts';
import { POOLING_KERNELS } from './kernels/poolingKernels.ts';
import { REDUCTION_KERNELS } from './kernels/reductionKernels.ts';
import { WINDOW_KERNELS } from './kernels/windowKernels.ts';

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

/**
 * Limits of the device that are asked for as large as the adapter has them, instead of WebGPU's
 * guaranteed minimum.
 */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

/**
 * Makes the WebGPU back-end known to tfjs under the name `webgpu`, once in a process.
 *
 * @param halfPrecision - Round the factors of convolutions; may be chosen anew in every call.
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
  // Loaded late: the package is an optional one.
  const { WebgpuBackend } = await import('./webgpuBackend.ts');
  const backend = withNavigator(gpu, () => new WebgpuBackend(device, adapter.info));
  for (const kernel of WEBGPU_KERNELS) registerGpuKernel(kernel);
  tf.registerBackend('webgpu', () => backend);
  return backend;
}

/**
 * The constructor insists on a browser's `navigator.gpu`; it is not left behind, since Node would
 * not exit while it stands.
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
