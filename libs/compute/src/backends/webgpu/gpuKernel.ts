import {
  getKernel,
  registerKernel,
  unregisterKernel,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './webgpuBackend.ts';

/** A kernel of ours on the GPU; undefined: this case is left to the kernel of tfjs. */
export interface GpuKernel {
  readonly kernelName: string;
  readonly run: (
    gpu: WebgpuBackend,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: Readonly<Record<string, unknown>>,
  ) => TensorInfo | TensorInfo[] | undefined;
}

/**
 * Registers a kernel in place of the one of tfjs, which gets the cases that ours leaves and inputs
 * that are not float32.
 */
export function registerGpuKernel({ kernelName, run }: GpuKernel): void {
  const standard = getKernel(kernelName, 'webgpu') as ReturnType<typeof getKernel> | undefined;
  const kernelFunc: KernelFunc = ({ inputs, backend, attrs }) => {
    const given = inputs as Readonly<Record<string, TensorInfo>>;
    const isFloat = Object.values(given).every(({ dtype }) => dtype === 'float32');
    const result = isFloat ? run(backend as WebgpuBackend, given, attrs ?? {}) : undefined;
    if (result !== undefined) return result;
    if (standard === undefined)
      throw new Error(`internal: no kernel for this case of ${kernelName}`);
    return standard.kernelFunc(
      attrs === undefined ? { inputs, backend } : { inputs, backend, attrs },
    );
  };
  if (standard !== undefined) unregisterKernel(kernelName, 'webgpu');
  registerKernel({ kernelName, backendName: 'webgpu', kernelFunc });
}
