import type { Volume } from '@blurcycle/core';
import { kernelResidual } from '@blurcycle/inference';
import {
  nrmse,
  psnr,
  psnrAffine,
  psnrPerSlice,
  ssim,
  ssimPerSlice,
  ssimWindowed2d,
  ssimWindowed3d,
} from '@blurcycle/metrics';
import type { Observation } from '../dataset/datasetFolder.ts';

/**
 * Every metric of an estimate against its truth, by name.
 *
 * A metric without a finite value is left out: a plane without light in either makes psnrPerSlice
 * infinite.
 */
export function scoreVolume(
  estimate: Volume,
  truth: Volume,
  options: { readonly dataRange: number },
): Record<string, number> {
  const scores = {
    psnr: psnr(estimate, truth, options),
    ssim: ssim(estimate, truth, options),
    psnrPerSlice: psnrPerSlice(estimate, truth, options),
    ssimPerSlice: ssimPerSlice(estimate, truth, options),
    ssimWindowed2d: ssimWindowed2d(estimate, truth, options),
    ssimWindowed3d: ssimWindowed3d(estimate, truth, options),
    psnrAffine: psnrAffine(estimate, truth, options),
    nrmse: nrmse(estimate, truth),
  };
  return Object.fromEntries(Object.entries(scores).filter(([, value]) => Number.isFinite(value)));
}

/** What an estimate is scored with. */
interface ScoreOptions {
  readonly dataRange: number;
  /** Kernel of the data set. */
  readonly kernel: Volume;
}

/**
 * Metrics of an estimate by name: against the truth, or where that is not known, how far the
 * estimate is from the data when it is blurred again.
 */
export function scoreEstimate(
  estimate: Volume,
  { blurred, sharp }: Pick<Observation, 'blurred' | 'sharp'>,
  { dataRange, kernel }: ScoreOptions,
): Record<string, number> {
  if (sharp !== null) return scoreVolume(estimate, sharp, { dataRange });
  return { dataResidual: kernelResidual(estimate, blurred, kernel) };
}
