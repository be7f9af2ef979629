import type { Volume } from '@blurcycle/core';
import { kernelMetrics } from '@blurcycle/metrics';
import type { Trainer } from '@blurcycle/training';
import { readBlurKernel } from './readBlurKernel.ts';

/**
 * Figures of the learned kernel beside the true one (gain times PSF); null for a method that learns none.
 *
 * What cannot be told of a kernel, such as a width that its window cuts off, is left out.
 */
export async function describeKernel(
  trainer: Trainer,
  truth: Volume,
): Promise<Record<string, number> | null> {
  const kernel = await readBlurKernel(trainer, truth.voxelSizeUm);
  if (kernel === null) return null;
  const learned = kernelMetrics(kernel, truth);
  const known = kernelMetrics(truth);
  const figures = {
    sum: learned.sum,
    trueSum: known.sum,
    negativeMass: learned.negativeMass,
    correlation: learned.correlation,
    ...byAxis('centroidUm', learned.centroidUm),
    ...byAxis('fwhmUm', learned.fwhmUm),
    ...byAxis('trueFwhmUm', known.fwhmUm),
  };
  const told = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null);
  return Object.fromEntries(told);
}

function byAxis(name: string, values: readonly (number | null)[] | null): Record<string, number | null> {
  const axes = ['Z', 'Y', 'X'];
  return Object.fromEntries(axes.map((axis, i) => [`${name}${axis}`, values?.[i] ?? null]));
}
