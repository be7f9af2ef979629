import { gpuConvolutionEngine } from '../backends/webgpu/gpuEngine.ts';
import type { WebgpuBackend } from '../backends/webgpu/webgpuBackend.ts';
import { changeEngine } from './createConvolver3d.browser.ts';

/** Lets updates of Richardson and Lucy run on a GPU from now on, the rest where it ran before. */
export function convolveOnGpu(gpu: WebgpuBackend): void {
  changeEngine((host) => gpuConvolutionEngine(gpu, host));
}
