import * as tf from '@tensorflow/tfjs-core';
import { gpuConvolutionEngine } from '../backends/webgpu/gpuEngine.ts';
import type { WebgpuBackend } from '../backends/webgpu/webgpuBackend.ts';
import { changeEngine } from './createConvolver3d.ts';

/**
 * Lets updates of Richardson and Lucy run on the back-end `webgpu`, which was selected, from now
 * on; the rest runs where it ran before.
 */
export function convolveOnGpu(): void {
  const gpu = tf.findBackend('webgpu') as WebgpuBackend;
  changeEngine((host) => gpuConvolutionEngine(gpu, host));
}
