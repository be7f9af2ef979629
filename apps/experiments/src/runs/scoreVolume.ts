import type { Volume } from '@blurcycle/core';
import { nrmse, psnr, psnrPerSlice, ssim, ssimPerSlice } from '@blurcycle/metrics';

/** Every metric of an estimate against its truth, by name. */
export function scoreVolume(
  estimate: Volume,
  truth: Volume,
  options: { readonly dataRange: number },
): Record<string, number> {
  return {
    psnr: psnr(estimate, truth, options),
    ssim: ssim(estimate, truth, options),
    psnrPerSlice: psnrPerSlice(estimate, truth, options),
    ssimPerSlice: ssimPerSlice(estimate, truth, options),
    nrmse: nrmse(estimate, truth),
  };
}
