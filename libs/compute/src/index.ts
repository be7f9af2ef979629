export {
  backendReport,
  preferredBackend,
  type BackendReport,
  type GpuLimits,
} from './backends/backendReport.ts';
export { asGpuMemoryError, GpuLostError, GpuMemoryError } from './backends/gpuErrors.ts';
export {
  selectBackend,
  setThreads,
  type BackendInfo,
  type SelectBackendOptions,
} from './backends/selectBackend.ts';
export {
  createConvolver3d,
  type Convolver,
  type ConvolverOptions,
  type Window,
} from './fft/convolver.ts';
export { variableGradients, type VariableGradients } from './gradients/variableGradients.ts';
export {
  adamUpdate,
  createAdamState,
  disposeAdamState,
  type AdamOptions,
  type AdamState,
} from './ops/adam.ts';
export { blur3d, conv3d, upConv3d, type Conv3dOptions } from './ops/convolution.ts';
export {
  concatChannels,
  instanceNorm,
  leakyRelu,
  maxPool3d,
  type InstanceNormOptions,
} from './ops/layers.ts';
export { meanAbsolute, meanSquare } from './ops/losses.ts';
