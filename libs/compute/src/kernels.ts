/**
 * @file The second entry of the library, `@blurcycle/compute/kernels`: the C++ add-on, kernels by
 *   name and WGSL programs, for code that measures them one by one. Networks take the operations
 *   of the first entry.
 */
export { native, nativeFailure, type NativeAddon } from '../native/addon.ts';
export { convOutput, OPERATION_CODES, pack, type Axes3 } from '../native/layouts.ts';
export { runProgram } from './backends/webgpu/runProgram.ts';
export type { WebgpuBackend } from './backends/webgpu/webgpuBackend.ts';
export { convolveOnGpu } from './fft/convolveOnGpu.ts';
export { blurGeometry } from './fft/blurGeometry.ts';
export { BLUR_KERNEL_GRADIENT, hasKernel, runKernel } from './ops/runKernel.ts';
