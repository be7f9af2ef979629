import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../../../native/addon.ts';
import { hostFunctionKernel } from '../../ops/hostFunction.ts';
import { BLUR_KERNELS, CONVOLUTION_KERNELS } from './convolutionKernels.ts';
import { BufferPool, NativeBackend, type Inputs } from './nativeBackend.ts';
import { NETWORK_KERNELS } from './networkKernels.ts';
import { ELEMENTWISE_KERNELS, SHAPE_KERNELS } from './tensorKernels.ts';

const FLOAT_BYTES = 4;

/**
 * Registers a back-end with C++ kernels with tfjs; a second call does nothing.
 *
 * Kernels of tfjs for its back-end `cpu`, where they are registered, take what is left.
 *
 * @param name - `native` for the add-on, `wasm` for the WebAssembly module.
 * @param memoryBytes - Of the machine; at most a quarter of it stays pooled and unused; the arrays
 *   of a step that fits comfortably all do.
 */
export function registerKernels(
  name: 'native' | 'wasm',
  kernels: Kernels,
  memoryBytes: number,
): void {
  if (tf.findBackendFactory(name) !== null) return;
  const own = [
    ...CONVOLUTION_KERNELS,
    ...ELEMENTWISE_KERNELS,
    ...SHAPE_KERNELS,
    ...NETWORK_KERNELS,
    ...BLUR_KERNELS,
    hostFunctionKernel(name),
  ];
  const replaced = new Set(own.map((kernel) => kernel.kernelName));
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    if (!replaced.has(kernel.kernelName)) tf.registerKernel(recorded(kernel, name));
  }
  for (const kernel of own) tf.registerKernel(recorded(kernel, name));
  const pooled = memoryBytes / 4 / FLOAT_BYTES;
  tf.registerBackend(name, () => new NativeBackend(kernels, new BufferPool(pooled)));
}

/** The kernel, recorded on the tape of the back-end where there is one. */
function recorded(kernel: tf.KernelConfig, backendName: string): tf.KernelConfig {
  return {
    ...kernel,
    backendName,
    kernelFunc: (call) => {
      const result = kernel.kernelFunc(call);
      const { tape } = call.backend as NativeBackend;
      if (tape !== null)
        tape.record(kernel.kernelName, call.inputs as Inputs, result, call.attrs ?? {});
      return result;
    },
  };
}
