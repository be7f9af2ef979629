import { getKernel, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Attributes, Inputs, NativeBackend } from './nativeBackend.ts';

/** A kernel in C++; undefined: this case is left to the kernel of tfjs. */
type NativeKernel = (
  backend: NativeBackend,
  inputs: Inputs,
  attributes: Attributes,
) => TensorInfo | TensorInfo[] | undefined;

/**
 * The registration of a native kernel; the kernel of tfjs takes the cases that it leaves and inputs
 * that are not float32.
 */
export function defineKernel(kernelName: string, run: NativeKernel): KernelConfig {
  return {
    kernelName,
    backendName: 'native',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const given = inputs as Inputs;
      const result = allFloat(given)
        ? run(backend as NativeBackend, given, attrs ?? {})
        : undefined;
      if (result !== undefined) return result;
      const standard = getKernel(kernelName, 'cpu');
      if (standard === undefined)
        throw new Error(`internal: no kernel for this case of ${kernelName}`);
      return attrs === undefined
        ? standard.kernelFunc({ inputs, backend })
        : standard.kernelFunc({ inputs, backend, attrs });
    },
  };
}

function allFloat(inputs: Inputs): boolean {
  for (const name in inputs) if (inputs[name].dtype !== 'float32') return false;
  return true;
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const side of shape) size *= side;
  return size;
}
