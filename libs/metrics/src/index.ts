export {
  fourierShellCorrelation,
  type ShellCorrelation,
  type ShellCorrelationOptions,
} from './fourierShellCorrelation.ts';
export { iDivergence } from './iDivergence.ts';
export type { Intensities, ScoreOptions } from './intensities.ts';
export { kernelMetrics, type KernelMetrics } from './kernelMetrics.ts';
export {
  affineFit,
  meanSquaredError,
  nrmse,
  psnr,
  psnrAffine,
  psnrPerSlice,
  type AffineFit,
} from './psnr.ts';
export {
  computeScores,
  findMetric,
  METRIC_NAMES,
  METRICS,
  type Metric,
  type Scored,
} from './registry.ts';
export { relativeResidual } from './relativeResidual.ts';
export { smoothGaussian } from './smoothGaussian.ts';
export { ssim, ssimPerSlice } from './ssim.ts';
export {
  ssimWindowed2d,
  ssimWindowed3d,
  type SsimWindow,
  type WindowedSsimOptions,
} from './ssimWindowed.ts';
