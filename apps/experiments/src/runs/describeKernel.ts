import type { Volume } from '@blurcycle/core';
import type { Trainer } from '@blurcycle/training';
import { readBlurKernel } from './readBlurKernel.ts';

/** Figures of the learned kernel; null for a method that learns none. */
export async function describeKernel(
  trainer: Trainer,
  truth: Volume,
): Promise<Record<string, number> | null> {
  const kernel = await readBlurKernel(trainer, truth.voxelSizeUm);
  if (kernel === null) return null;
  const sum = kernel.data.reduce((total, value) => total + value, 0);
  return { sum };
}
