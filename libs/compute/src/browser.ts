/**
 * @file The library as a browser takes it: `@blurcycle/compute` under the condition `browser`.
 *   Operations of networks; the back-end is chosen by `@blurcycle/compute/webassembly`.
 */
export { asGpuMemoryError, GpuLostError, GpuMemoryError } from './backends/gpuErrors.ts';
export { blur3d, conv3d, upConv3d } from './ops/convolution.ts';
export { concatChannels, instanceNorm, leakyRelu, maxPool3d } from './ops/layers.ts';
export { withPrecision } from './ops/precision.ts';
