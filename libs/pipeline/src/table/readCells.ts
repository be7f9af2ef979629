import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  type ClassicalRecord,
  type ClassicalRun,
  classicalRuns,
  isDone,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRow,
  type RowScores,
  type RunRecord,
  scoreName,
  type Scores,
  TARGET_METHOD,
  testKey,
  type TestRecord,
  type VolumeScores,
  WEIGHTS,
} from '@blurcycle/experiment';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { say } from '../say.ts';
import { scoreEstimate } from '../scores/scorePredictions.ts';
import { classicalResult, type Result, testResult } from '../state/results.ts';
import { readToday, type Today } from '../state/today.ts';
import { readRuns, type RunResult } from './readRuns.ts';

/** What one trained model, or a classical method, did under one condition. */
interface ModelTest {
  readonly run: string;
  /** Null for a classical method, in which nothing is random. */
  readonly seed: number | null;
  /** Undefined unless there are scores, stale or not. */
  readonly scores: readonly VolumeScores[] | undefined;
  /** Figures of the learned kernel, under any condition; null where none is learned. */
  readonly kernel: Scores['kernel'];
  /** Folder of the predictions, one TIFF stack for each test volume. */
  readonly predictions: string;
  readonly failed: boolean;
  /** What a reader must know; null when all is well. */
  readonly note: string | null;
}

/** One row of an experiment under one of its conditions. */
export interface Cell {
  readonly row: ResolvedRow;
  readonly condition: ResolvedCondition;
  /** One for each seed, one for a classical method; empty for the input and the target. */
  readonly tests: readonly ModelTest[];
  /** Null when nothing is there to score. */
  readonly scores: RowScores | null;
}

/** Makes predictions and scores that are missing, stale or incomplete. Each returns the scores. */
export interface Makers {
  /** The scores of a run on its own test volumes, from its predictions; its kernel's figures. */
  run(result: RunResult): Promise<Pick<Scores, 'scores' | 'kernel'>>;
  test(
    run: RunRecord,
    condition: ResolvedCondition,
    left: Result<TestRecord>,
  ): Promise<readonly VolumeScores[]>;
  classical(
    run: ClassicalRun,
    volumes: PreparedDataset,
    left: Result<ClassicalRecord>,
  ): Promise<readonly VolumeScores[]>;
}

/** Test volumes of a condition, for models that were trained on the data set of the experiment. */
export type TestVolumesOf = (condition: ResolvedCondition) => Promise<PreparedDataset>;

/**
 * Every row under every condition, conditions outermost. Nothing is trained; `make` is called for
 * what is missing, stale or lacks a metric: scores where the predictions are there, predictions of
 * models under other conditions where the weights are there, and those of classical methods.
 */
export async function readCells(
  experiment: ResolvedExperiment,
  volumesOf: TestVolumesOf,
  resultsDir: string,
  make?: Makers,
): Promise<readonly Cell[]> {
  const today = await readToday(resultsDir, experiment.profile);
  const classical = new Map(classicalRuns(experiment).map((run) => [run.id, run]));
  const cells: Cell[] = [];
  for (const condition of experiment.conditions) {
    for (const row of experiment.rows) {
      const name = scoreName(row.id, condition.id);
      const computed = classical.get(name);
      const cell = { row, condition };
      if (computed !== undefined) {
        const test = await classicalTest(computed, () => volumesOf(condition), today, make);
        cells.push({ ...cell, tests: [test], scores: rowScores(name, [test], false) });
      } else if (row.runs.length === 0) {
        const volumes = scoreGiven(experiment, row, await volumesOf(condition));
        const runs = [{ seed: null, data: DATA, volumes }];
        cells.push({ ...cell, tests: [], scores: { id: name, trained: false, runs } });
      } else {
        const tests: ModelTest[] = [];
        for (const result of await readRuns(row.runs, resultsDir)) {
          tests.push(await testUnder(result, condition, today, make));
        }
        cells.push({ ...cell, tests, scores: rowScores(name, tests, true) });
      }
    }
  }
  return cells;
}

/** All seeds are tested on the same specimens. */
const DATA = 'shared';

function rowScores(id: string, tests: readonly ModelTest[], trained: boolean): RowScores | null {
  const runs = tests.flatMap(({ seed, scores, kernel }) =>
    scores === undefined ? [] : [{ seed, data: DATA, volumes: scores, kernel }],
  );
  return runs.length === 0 ? null : { id, trained, runs };
}

/** Scores of the input or of the target, which come with the data set. */
function scoreGiven(
  { settings }: ResolvedExperiment,
  { method }: ResolvedRow,
  { test, targets, kernel }: PreparedDataset,
): VolumeScores[] {
  const options = { ...settings.scoring, kernel };
  return test.map((observation, i) => ({
    volume: observation.id,
    scores: scoreEstimate(
      method === TARGET_METHOD ? targets[i] : observation.blurred,
      observation,
      options,
    ),
  }));
}

/** Whether there is something to make: a result that only lacks a metric needs its predictions. */
function isToBeMade(result: Result<unknown>): boolean {
  if (!isDone(result)) return true;
  return result.stage === 'scores' && existsSync(join(result.folder, 'predictions'));
}

async function classicalTest(
  run: ClassicalRun,
  volumes: () => Promise<PreparedDataset>,
  today: Today,
  make: Makers | undefined,
): Promise<ModelTest> {
  const left = await classicalResult(run, today);
  const { state, reason, folder, scores } = left;
  const predictions = join(folder, 'predictions');
  const test = { run: run.id, seed: null, failed: false, kernel: null, predictions };
  if (make !== undefined && isToBeMade(left)) {
    return { ...test, note: null, scores: await make.classical(run, await volumes(), left) };
  }
  const note = isDone(left) ? null : `${run.id} is ${state}: ${reason}`;
  return { ...test, note, scores: scores?.scores };
}

async function testUnder(
  runResult: RunResult,
  condition: ResolvedCondition,
  today: Today,
  make: Makers | undefined,
): Promise<ModelTest> {
  const { run, result, record, note } = runResult;
  const { folder } = result;
  const failed = result.state === 'failed';
  const kernel = result.scores?.kernel ?? null;
  const own = { run: run.id, seed: run.seed, failed, note, kernel };
  const predictions = join(folder, 'predictions');
  if (record === undefined) return { ...own, predictions, scores: undefined };
  if (testKey(record.settings.dataset, condition) === null) {
    const isLacking = result.stage === 'scores' && existsSync(predictions);
    if (make !== undefined && isLacking) {
      const { scores, kernel: figures } = await make.run(runResult);
      return { ...own, predictions, scores, kernel: figures };
    }
    return { ...own, predictions, scores: result.scores?.scores };
  }

  const left = await testResult(record, condition, today);
  const test = { ...own, predictions: join(left.folder, 'predictions') };
  const scores = left.scores?.scores;
  if (!isToBeMade(left)) return { ...test, scores };
  const keep = (why: string): ModelTest => {
    const told = `${run.id}: its predictions under ${condition.label} are ${left.state}, and ${why}`;
    return { ...test, scores, note: note === null ? told : `${note}; ${told}` };
  };
  if (make === undefined) {
    return isDone(left) ? { ...test, scores } : keep('they were not made again');
  }
  const isThere = existsSync(join(folder, WEIGHTS)) || left.stage === 'scores';
  if (!isThere) return keep('its weights are not here');
  try {
    return { ...test, scores: await make.test(record, condition, left) };
  } catch (error) {
    // A model folder that is damaged or of an older format is the row's trouble, not the table's.
    if (!(error instanceof InputError)) throw error;
    return keep(`its model cannot be applied: ${error.message}`);
  }
}

/**
 * Test volumes of an experiment, made or read once for each condition, and only if something asks
 * for them.
 */
export function rememberVolumes(
  { settings, profile }: Pick<ResolvedExperiment, 'settings' | 'profile'>,
  resultsDir: string,
): TestVolumesOf {
  const known = new Map<ResolvedCondition, Promise<PreparedDataset>>();
  return (condition) => {
    const volumes =
      known.get(condition) ??
      prepareTestVolumes(settings.dataset, condition, { resultsDir, profile, say });
    known.set(condition, volumes);
    return volumes;
  };
}
