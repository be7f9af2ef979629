export { benchConv } from '../bench/benchConv.ts';
export { benchConvOnGpu } from '../bench/benchConvOnGpu.ts';
export type { ConvBenchOptions, ConvBenchReport } from '../bench/convBenchReport.ts';
export {
  backendReport,
  preferredBackend,
  type BackendReport,
  type GpuLimits,
} from './backends/backendReport.ts';
export { GpuLostError } from './backends/gpuLostError.ts';
export { asGpuMemoryError, GpuMemoryError } from './backends/gpuMemoryError.ts';
export {
  selectBackend,
  type BackendInfo,
  type SelectBackendOptions,
} from './backends/selectBackend.ts';
export {
  createConvolver3d,
  fftConvolve3d,
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
export { blur3d } from './ops/blur3d.ts';
export { concatChannels } from './ops/concatChannels.ts';
export { conv3d, type Conv3dOptions } from './ops/conv3d.ts';
export { instanceNorm, type InstanceNormOptions } from './ops/instanceNorm.ts';
export { leakyRelu } from './ops/leakyRelu.ts';
export { meanAbsolute, meanSquare } from './ops/losses.ts';
export { maxPool3d } from './ops/maxPool3d.ts';
export { upConv3d } from './ops/upConv3d.ts';
export { setThreads } from './setThreads.ts';
