import { z } from 'zod';
import { scoringSettingsSchema } from '../settings/runSettings.ts';
import type { Numerics } from '../stages/numerics.ts';
import {
  hashesSchema,
  hashSchema,
  numericsSchema,
  volumeScoresSchema,
  type VolumeScores,
} from './records.ts';

/** Versions of the numbers in records that name none. */
export const FIRST_NUMERICS: Numerics = {
  data: 1,
  training: 1,
  prediction: 1,
  scores: 1,
  table: 1,
};

/** Metrics that were computed for records that hold their scores themselves. */
const FIRST_METRICS: readonly string[] = [
  'psnr',
  'ssim',
  'psnrPerSlice',
  'ssimPerSlice',
  'ssimWindowed2d',
  'ssimWindowed3d',
  'psnrAffine',
  'nrmse',
  'dataResidual',
];

/** `scores.json` beside the predictions of a run, a test or a classical method. */
export const scoresSchema = z.strictObject({
  /** Key of the stage. */
  key: hashSchema,
  numerics: numericsSchema,
  scoring: scoringSettingsSchema,
  /**
   * Names of the metrics that were computed. One that does not apply, or has no finite value, is
   * left out of the scores of a volume.
   */
  metrics: z.array(z.string()).readonly(),
  /** One entry for each test volume. */
  scores: z.array(volumeScoresSchema).readonly(),
  /** What the learned kernel is like beside the true one; null for methods that learn none. */
  kernel: z.record(z.string(), z.number()).nullable(),
  /** SHA-256 of the predictions that were scored, by their path beside the file. */
  inputs: hashesSchema,
});

/** Content of `scores.json`. */
export type StoredScores = z.infer<typeof scoresSchema>;

/** Scores, from `scores.json` or from a record that holds them itself. */
export type Scores = Omit<StoredScores, 'key' | 'inputs'>;

/** What records of the first version hold of their scores. */
export interface ScoredRecord {
  readonly scores?: readonly VolumeScores[] | undefined;
  readonly kernel?: Readonly<Record<string, number>> | null | undefined;
  /** SHA-256 of what came out. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * The scores of a result, in one shape wherever they are stored.
 *
 * @param stored - Content of `scores.json`; undefined where there is none.
 * @param record - The record beside it.
 * @param scoring - What a record that holds its scores itself was scored by.
 * @returns Undefined where it was never scored, or its predictions have other bytes than those that
 *   were scored.
 */
export function scoresOf(
  stored: StoredScores | undefined,
  record: ScoredRecord,
  scoring: Scores['scoring'],
): Scores | undefined {
  if (stored !== undefined) {
    const { inputs } = stored;
    const same = Object.keys(inputs).every((name) => inputs[name] === record.outputs[name]);
    return same ? stored : undefined;
  }
  const { scores, kernel = null } = record;
  if (scores === undefined || scores.length === 0) return undefined;
  return { numerics: FIRST_NUMERICS, scoring, metrics: FIRST_METRICS, scores: [...scores], kernel };
}
