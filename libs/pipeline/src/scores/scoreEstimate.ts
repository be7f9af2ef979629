import type { Volume } from '@blurcycle/core';
import { reblur } from '@blurcycle/inference';
import { computeScores, type ScoreOptions } from '@blurcycle/metrics';
import type { Observation } from '../dataset/datasetFolder.ts';

/**
 * Every metric of an estimate that applies, by name.
 *
 * @param kernel - Kernel of the data set.
 */
export function scoreEstimate(
  estimate: Volume,
  { blurred, sharp }: Pick<Observation, 'blurred' | 'sharp'>,
  { dataRange, kernel }: ScoreOptions & { readonly kernel: Volume },
): Record<string, number> {
  const reblurred = (): Volume => reblur(estimate, kernel);
  return computeScores({ estimate, truth: sharp, blurred, reblurred }, { dataRange });
}
