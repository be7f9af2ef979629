import { totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { NativeAddon } from '../../../native/addon.ts';
import { hostFunctionKernel } from '../../ops/hostFunction.ts';
import { BLUR_KERNELS, CONVOLUTION_KERNELS } from './convolutionKernels.ts';
import { BufferPool, NativeBackend, type Inputs } from './nativeBackend.ts';
import { NETWORK_KERNELS } from './networkKernels.ts';
import { ELEMENTWISE_KERNELS, SHAPE_KERNELS } from './tensorKernels.ts';

const FLOAT_BYTES = 4;

/**
 * Registers the back-end with C++ kernels with tfjs under the name `native`; a second call does
 * nothing.
 */
export function registerNativeBackend(addon: NativeAddon): void {
  if (tf.findBackendFactory('native') !== null) return;
  const native = [
    ...CONVOLUTION_KERNELS,
    ...ELEMENTWISE_KERNELS,
    ...SHAPE_KERNELS,
    ...NETWORK_KERNELS,
    ...BLUR_KERNELS,
    hostFunctionKernel('native'),
  ];
  const replaced = new Set(native.map((kernel) => kernel.kernelName));
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    if (!replaced.has(kernel.kernelName))
      tf.registerKernel(recorded({ ...kernel, backendName: 'native' }));
  }
  for (const kernel of native) tf.registerKernel(recorded(kernel));
  // At most a quarter of the machine's memory stays pooled and unused; the arrays of a step that
  // fits comfortably all do.
  tf.registerBackend(
    'native',
    () => new NativeBackend(addon, new BufferPool(totalmem() / 4 / FLOAT_BYTES)),
  );
}

/** The kernel, recorded on the tape of the back-end where there is one. */
function recorded(kernel: tf.KernelConfig): tf.KernelConfig {
  return {
    ...kernel,
    kernelFunc: (call) => {
      const result = kernel.kernelFunc(call);
      const { tape } = call.backend as NativeBackend;
      if (tape !== null)
        tape.record(kernel.kernelName, call.inputs as Inputs, result, call.attrs ?? {});
      return result;
    },
  };
}
