/** How a metric is named and read in tables and figures. */
export interface MetricDescription {
  readonly label: string;
  readonly unit: 'dB' | null;
  readonly better: 'higher' | 'lower';
  /** Digits after the decimal point. */
  readonly digits: number;
}

/** Every metric that results may hold; the first two are the paper's. */
export const METRICS: Readonly<Record<string, MetricDescription>> = {
  psnr: { label: 'PSNR', unit: 'dB', better: 'higher', digits: 2 },
  ssim: { label: 'SSIM', unit: null, better: 'higher', digits: 4 },
  psnrPerSlice: { label: 'PSNR, mean of slices', unit: 'dB', better: 'higher', digits: 2 },
  ssimPerSlice: { label: 'SSIM, mean of slices', unit: null, better: 'higher', digits: 4 },
  ssimWindowed2d: { label: 'SSIM, 2-D windows', unit: null, better: 'higher', digits: 4 },
  ssimWindowed3d: { label: 'SSIM, 3-D windows', unit: null, better: 'higher', digits: 4 },
  psnrAffine: { label: 'PSNR after affine fit', unit: 'dB', better: 'higher', digits: 2 },
  nrmse: { label: 'NRMSE', unit: null, better: 'lower', digits: 4 },
  dataResidual: { label: 'residual of the blurred estimate', unit: null, better: 'lower', digits: 4 },
};

/** Names of all metrics. */
export const METRIC_NAMES: readonly string[] = Object.keys(METRICS);

/** What stands for a score against a truth that is not known. */
export const NO_TRUTH = 'no truth';
