export {
  fourierShellCorrelation,
  type ShellCorrelation,
  type ShellCorrelationOptions,
} from './fourierShellCorrelation.ts';
export { iDivergence } from './iDivergence.ts';
export { kernelMetrics, type KernelMetrics } from './kernelMetrics.ts';
export { meanSquaredError } from './meanSquaredError.ts';
export { nrmse } from './nrmse.ts';
export { psnr } from './psnr.ts';
export { affineFit, psnrAffine, type AffineFit } from './psnrAffine.ts';
export { psnrPerSlice } from './psnrPerSlice.ts';
export type { Intensities, ScoreOptions } from './scoreOptions.ts';
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
export { ssim } from './ssim.ts';
export { ssimPerSlice } from './ssimPerSlice.ts';
export { ssimWindowed2d, ssimWindowed3d, type WindowedSsimOptions } from './ssimWindowed.ts';
export type { SsimWindow } from './ssimWindows.ts';
