import { standardDeviation, type Volume } from '@blurcycle/core';
import type { RunSettings } from '@blurcycle/experiment';
import { applyWhole, predictVolume } from '@blurcycle/inference';
import { psnr, ssim } from '@blurcycle/metrics';
import type { Trainer, ValidationValues } from '@blurcycle/training';
import type { Observation } from '../dataset/datasetFolder.ts';

/**
 * What the validation volumes say of the trainer's networks as they are now, averaged over the
 * volumes.
 */
export async function validateTrainer(
  trainer: Trainer,
  observations: readonly Observation[],
  { inference, scoring }: RunSettings,
): Promise<ValidationValues> {
  const { sharpGenerator, blurGenerator } = trainer.networks;
  const each: Required<ValidationValues>[] = [];
  for (const { blurred, sharp } of observations) {
    const estimate = await predictVolume(sharpGenerator, blurred, inference);
    const blurredAgain =
      blurGenerator === null
        ? null
        : trainer.method.blurPath === 'unet'
          ? await predictVolume(blurGenerator, estimate, inference)
          : await applyWhole(blurGenerator, estimate);
    each.push({
      psnr: sharp === null ? NaN : psnr(estimate, sharp, scoring),
      ssim: sharp === null ? NaN : ssim(estimate, sharp, scoring),
      outputStandardDeviation: standardDeviation(estimate.data),
      cycleResidual: blurredAgain === null ? NaN : rootMeanSquareDifference(blurredAgain, blurred),
    });
  }
  const average = (value: (one: (typeof each)[number]) => number): number =>
    each.reduce((sum, one) => sum + value(one), 0) / each.length;
  const values = {
    psnr: average((one) => one.psnr),
    ssim: average((one) => one.ssim),
    outputStandardDeviation: average((one) => one.outputStandardDeviation),
    cycleResidual: average((one) => one.cycleResidual),
  };
  const { psnr: ofPsnr, ssim: ofSsim, cycleResidual, ...always } = values;
  return {
    ...always,
    ...(observations.some(({ sharp }) => sharp === null) ? {} : { psnr: ofPsnr, ssim: ofSsim }),
    ...(blurGenerator === null ? {} : { cycleResidual }),
  };
}

function rootMeanSquareDifference(a: Volume, b: Volume): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return Math.sqrt(sum / a.data.length);
}
