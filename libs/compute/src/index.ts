export type { Bfloat16Unit } from '../native/addon.ts';
export { backendReport, preferredBackend, type GpuLimits } from './backends/backendReport.ts';
export { asGpuMemoryError, GpuLostError, GpuMemoryError } from './backends/gpuErrors.ts';
export { selectBackend, type BackendInfo } from './backends/selectBackend.ts';
export { stopGradient, variableGradients } from './gradients/variableGradients.ts';
export {
  adamUpdate,
  createAdamState,
  disposeAdamState,
  type AdamOptions,
  type AdamState,
} from './ops/adam.ts';
export { blur3d, conv3d, upConv3d } from './ops/convolution.ts';
export { hostFunction, type HostFunction } from './ops/hostFunction.ts';
export { concatChannels, instanceNorm, leakyRelu, maxPool3d } from './ops/layers.ts';
export { meanAbsolute, meanSquare } from './ops/losses.ts';
export { withPrecision } from './ops/precision.ts';
