/**
 * @file What records say of a result, in one shape whichever version of the program wrote them: the
 *   scores, and how it was made.
 */

import {
  classicalRecipe,
  runRecipe,
  tableRecipe,
  testRecipe,
  type Recipe,
} from '../stages/keys.ts';
import type { Recorded } from '../stages/freshness.ts';
import type { Numerics } from '../stages/numerics.ts';
import type {
  ClassicalRecord,
  ExperimentRecord,
  RunRecord,
  StoredScores,
  TestRecord,
  VolumeScores,
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

/** How a training run, and the scores of its predictions, were made. */
export function recordedRun(record: RunRecord, scores: Scores | undefined): Recorded {
  const { status, error, inputs } = record;
  return {
    ...recorded(record, runRecipe(record), scores),
    inputs,
    error: status === 'failed' ? (error ?? 'no reason recorded') : null,
  };
}

/**
 * How the predictions of a model for other test volumes, and their scores, were made.
 *
 * @param run - The record of the run whose weights were applied.
 */
export function recordedTest(
  record: TestRecord,
  run: RunRecord,
  scores: Scores | undefined,
): Recorded {
  const { inference, scoring, dataset } = record;
  const settings = { ...run.settings, inference, scoring };
  return recorded(record, testRecipe({ settings, seed: run.seed }, dataset), scores);
}

/** How what a classical method left was made. */
export function recordedClassical(record: ClassicalRecord, scores: Scores | undefined): Recorded {
  return recorded(record, classicalRecipe(record), scores);
}

/** How a table was made. */
export function recordedTable(record: ExperimentRecord): Recorded {
  const { inputs } = record;
  return { ...recorded(record, tableRecipe(record.declaration), undefined), ...{ inputs } };
}

function recorded(
  record: Pick<RunRecord, 'numerics' | 'code' | 'inputs'>,
  recipe: Recipe,
  scores: Scores | undefined,
): Recorded {
  const { numerics = FIRST_NUMERICS, code, inputs } = record;
  return {
    ...{ found: 'record', inputs, code, error: null },
    recipe: recipe.table === undefined ? withScores(recipe, scores) : recipe,
    numerics: scores === undefined ? numerics : { ...numerics, scores: scores.numerics.scores },
    metrics: scores?.metrics ?? null,
  };
}

/** Scores are made by settings of their own; a result that was never scored lacks the stage. */
function withScores(recipe: Recipe, scores: Scores | undefined): Recipe {
  const unscored = Object.entries(recipe).filter(([stage]) => stage !== 'scores');
  return {
    ...(Object.fromEntries(unscored) as Recipe),
    ...(scores === undefined ? {} : { scores: { scoring: scores.scoring } }),
  };
}
