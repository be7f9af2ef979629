export { fourierShellCorrelation } from './fourierShellCorrelation.ts';
export { iDivergence } from './iDivergence.ts';
export { kernelMetrics } from './kernelMetrics.ts';
export { affineFit, meanSquaredError, nrmse, psnr, psnrAffine, psnrPerSlice } from './psnr.ts';
export { psnrRegistered } from './psnrRegistered.ts';
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
export { ssimWindowed2d, ssimWindowed3d } from './ssimWindowed.ts';
