import { standardDeviation, type Volume } from '@blurcycle/core';
import { meanSquaredError } from '@blurcycle/metrics';
import type { Trainer, ValidationValues } from '@blurcycle/training';
import { applyWhole } from '../runs/predictVolume.ts';

/**
 * What can be said of the networks without a truth: whether the output varies, and how well its
 * blur explains the data.
 *
 * @param observed - A part of a blurred stack on the network's scale, sides multiples of 4.
 */
export async function watchTrainer(
  { networks }: Trainer,
  observed: Volume,
): Promise<ValidationValues> {
  const { sharpGenerator, blurGenerator } = networks;
  const estimate = await applyWhole(sharpGenerator, observed);
  const outputStandardDeviation = standardDeviation(estimate.data);
  if (blurGenerator === null) return { outputStandardDeviation };
  const blurredAgain = await applyWhole(blurGenerator, estimate);
  return {
    outputStandardDeviation,
    cycleResidual: Math.sqrt(meanSquaredError(blurredAgain, observed)),
  };
}
