import { standardDeviation, type Volume } from '@blurcycle/core';
import type { Pair } from '@blurcycle/data';
import type { RunSettings } from '@blurcycle/experiment';
import { psnr, ssim } from '@blurcycle/metrics';
import type { Trainer, ValidationValues } from '@blurcycle/training';
import { applyWhole, predictVolume } from './predictVolume.ts';

/** What the validation volumes say of the trainer's networks as they are now, averaged over the volumes. */
export async function validateTrainer(
  trainer: Trainer,
  pairs: readonly Pair[],
  { inference, scoring }: RunSettings,
): Promise<ValidationValues> {
  const { sharpGenerator, blurGenerator } = trainer.networks;
  const each: (Required<Omit<ValidationValues, 'cycleResidual'>> & { readonly residual: number })[] = [];
  for (const { blurred, sharp } of pairs) {
    const estimate = await predictVolume(sharpGenerator, blurred, inference);
    const blurredAgain =
      blurGenerator === null
        ? null
        : trainer.method.blurPath === 'unet'
          ? await predictVolume(blurGenerator, estimate, inference)
          : await applyWhole(blurGenerator, estimate);
    each.push({
      psnr: psnr(estimate, sharp, scoring),
      ssim: ssim(estimate, sharp, scoring),
      outputStandardDeviation: standardDeviation(estimate.data),
      residual: blurredAgain === null ? NaN : rootMeanSquareDifference(blurredAgain, blurred),
    });
  }
  const average = (value: (one: (typeof each)[number]) => number): number =>
    each.reduce((sum, one) => sum + value(one), 0) / each.length;
  return {
    psnr: average((one) => one.psnr),
    ssim: average((one) => one.ssim),
    outputStandardDeviation: average((one) => one.outputStandardDeviation),
    ...(blurGenerator === null ? {} : { cycleResidual: average((one) => one.residual) }),
  };
}

function rootMeanSquareDifference(a: Volume, b: Volume): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return Math.sqrt(sum / a.data.length);
}
