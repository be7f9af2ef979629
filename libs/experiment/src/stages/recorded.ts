import type {
  ClassicalRecord,
  ExperimentRecord,
  RunRecord,
  TestRecord,
} from '../records/records.ts';
import { FIRST_NUMERICS, type Scores } from '../records/scores.ts';
import type { Recorded } from './freshness.ts';
import { classicalRecipe, runRecipe, tableRecipe, testRecipe, type Recipe } from './keys.ts';

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
