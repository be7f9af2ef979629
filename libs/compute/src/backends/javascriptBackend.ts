import * as tf from '@tensorflow/tfjs-core';
import { blurKernelGradientInJavascript, blurVolumeInJavascript } from './javascriptBlur.ts';
import { BLUR_KERNEL_GRADIENT, BLUR_VOLUME } from '../ops/kernelNames.ts';
import { QuietCpuBackend } from './quietCpuBackend.ts';

/**
 * Makes the pure-JavaScript back-end known to tfjs under the name `js`. Does nothing when called
 * twice.
 */
export function registerJavascriptBackend(): void {
  if (tf.findBackendFactory('js') !== null) return;
  tf.copyRegisteredKernels('cpu', 'js');
  tf.registerKernel({
    kernelName: BLUR_VOLUME,
    backendName: 'js',
    kernelFunc: blurVolumeInJavascript,
  });
  tf.registerKernel({
    kernelName: BLUR_KERNEL_GRADIENT,
    backendName: 'js',
    kernelFunc: blurKernelGradientInJavascript,
  });
  tf.registerBackend('js', () => new QuietCpuBackend());
}
