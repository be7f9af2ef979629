import type { Volume } from '@blurcycle/core';
import { kernelResidual } from './kernelResidual.ts';
import type { Observation } from './observation.ts';
import { scoreVolume } from './scoreVolume.ts';

/** What an estimate is scored with. */
export interface ScoreOptions {
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
