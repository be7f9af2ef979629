import type { RunRecord, RunSettings } from '@blurcycle/experiment';
import { predictVolume } from '@blurcycle/inference';
import {
  readAverageWeights,
  readGeneratingWeights,
  type Trainer,
  writeGeneratingWeights,
} from '@blurcycle/training';
import { scoreEstimate, type ScoredVolumes } from '../scores/scorePredictions.ts';

/** Weights at the last update that do not make the predictions. */
export interface BesideWeights {
  readonly weights: NonNullable<RunRecord['beside']>['weights'];
  readonly values: Awaited<ReturnType<typeof readGeneratingWeights>>;
}

/**
 * Of a trainer at its last update that keeps a moving average: the last weights where the average
 * is selected, otherwise the average; null where none is kept.
 */
export async function readBeside(
  trainer: Trainer,
  { select }: Pick<RunSettings['training'], 'select'>,
): Promise<BesideWeights | null> {
  if (trainer.average === null) return null;
  return select === 'average'
    ? { weights: 'last', values: await readGeneratingWeights(trainer) }
    : { weights: 'average', values: await readAverageWeights(trainer) };
}

/** Scores of the test volumes by these weights, which the trainer then has. */
export async function scoreBeside(
  trainer: Trainer,
  { weights, values }: BesideWeights,
  { test, kernel }: ScoredVolumes,
  { inference, scoring }: Pick<RunSettings, 'inference' | 'scoring'>,
): Promise<NonNullable<RunRecord['beside']>> {
  writeGeneratingWeights(trainer, values);
  const scores: NonNullable<RunRecord['beside']>['scores'][number][] = [];
  for (const observation of test) {
    const { sharpGenerator } = trainer.networks;
    const estimate = await predictVolume(sharpGenerator, observation.blurred, inference);
    const { dataRange } = scoring;
    scores.push({
      volume: observation.id,
      scores: scoreEstimate(estimate, observation, { dataRange, kernel }),
    });
  }
  return { weights, scores };
}
