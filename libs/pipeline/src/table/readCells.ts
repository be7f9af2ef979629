import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  type ClassicalRecord,
  type ClassicalRun,
  classicalRuns,
  type DatasetSettings,
  type Discriminator,
  isDone,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRow,
  type RowScores,
  type RunRecord,
  type RunScores,
  scoreName,
  type Scores,
  specimensKey,
  TARGET_METHOD,
  testKey,
  type TestRecord,
  type VolumeScores,
  WEIGHTS,
} from '@blurcycle/experiment';
import { datasetFolder } from '../dataset/manifest.ts';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { say } from '../say.ts';
import { noiseOfData } from '../run/knownMicroscope.ts';
import { noiseFigures } from '../scores/noiseFigures.ts';
import { scoreEstimate } from '../scores/scorePredictions.ts';
import { classicalResult, isToBeMade, type Result, testResult } from '../state/results.ts';
import { readToday, type Today } from '../state/today.ts';
import { readRuns, type RunResult } from './readRuns.ts';

/** What one trained model, or a classical method, did under one condition. */
interface ModelTest {
  readonly run: string;
  /** Seed of the run; of a classical method null where all seeds have the same data. */
  readonly seed: number | null;
  /** `specimensKey` of the test volumes. */
  readonly data: string;
  /** Undefined unless there are scores, stale or not. */
  readonly scores: readonly VolumeScores[] | undefined;
  /** Figures of the learned kernel, under any condition; null where none is learned. */
  readonly kernel: Scores['kernel'];
  /** Folder of the predictions, one TIFF stack for each test volume. */
  readonly predictions: string;
  readonly failed: boolean;
  /** What a reader must know; null when all is well. */
  readonly note: string | null;
  /** What the discriminators of the training did. */
  readonly discriminators: readonly Discriminator[];
}

/** One row of an experiment under one of its conditions. */
export interface Cell {
  readonly row: ResolvedRow;
  readonly condition: ResolvedCondition;
  /** One for each seed; empty for the input and the target. */
  readonly tests: readonly ModelTest[];
  /** Null when nothing is there to score. */
  readonly scores: RowScores | null;
}

/** Makes predictions and scores that are missing, stale or incomplete. Each returns the scores. */
export interface Makers {
  /** The scores of a run on its own test volumes, and the figures of its kernel. */
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

/** Test volumes of a data set under a condition. */
export type TestVolumesOf = (
  dataset: DatasetSettings,
  condition: ResolvedCondition,
) => Promise<PreparedDataset>;

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
  const cells: Cell[] = [];
  for (const condition of experiment.conditions) {
    const untrained = await testUntrained(experiment, condition, { volumesOf, today, make });
    for (const row of experiment.rows) {
      const name = scoreName(row.id, condition.id);
      const cell = { row, condition };
      if (row.runs.length === 0) {
        const { tests = [], runs = [] } = untrained.get(row.id) ?? {};
        cells.push({ ...cell, tests, scores: rowScores(name, runs, false) });
      } else {
        const tests: ModelTest[] = [];
        for (const result of await readRuns(row.runs, resultsDir)) {
          const test = await testUnder(result, condition, today, make);
          tests.push(await withNoise(test, result.record, volumesOf));
        }
        cells.push({ ...cell, tests, scores: rowScores(name, tests.flatMap(scoresOf), true) });
      }
    }
  }
  return cells;
}

/** What is tested on data like those of the training. */
const OWN = { id: null, label: '', test: {}, paper: {} } as const;

/** The test with the figures of the noise that the run has learned, if it has. */
async function withNoise(
  test: ModelTest,
  record: RunRecord | undefined,
  volumesOf: TestVolumesOf,
): Promise<ModelTest> {
  if (record?.noise === undefined || test.kernel === null) return test;
  const { dataset } = record.settings;
  const { facts } = await volumesOf(dataset, OWN);
  const noise = noiseFigures(record.noise, noiseOfData(dataset, facts));
  return { ...test, kernel: { ...test.kernel, ...noise } };
}

/** What rows that train nothing did under a condition, on each of the data sets. */
interface Untrained {
  /** Of classical methods. */
  readonly tests: ModelTest[];
  readonly runs: RunScores[];
}

/**
 * Rows that train nothing, by their ids: data sets outermost, so that each is read once and let go.
 */
async function testUntrained(
  experiment: ResolvedExperiment,
  condition: ResolvedCondition,
  { volumesOf, today, make }: { volumesOf: TestVolumesOf; today: Today; make: Makers | undefined },
): Promise<ReadonlyMap<string, Untrained>> {
  const { rows, datasets, settings } = experiment;
  const classical = classicalRuns(experiment).filter((run) => run.condition === condition);
  const found = new Map<string, Untrained>();
  for (const { seed, settings: dataset } of datasets) {
    const volumes = (): Promise<PreparedDataset> => volumesOf(dataset, condition);
    for (const row of rows) {
      if (row.runs.length > 0) continue;
      const { tests, runs } = found.get(row.id) ?? { tests: [], runs: [] };
      const run = classical.find((one) => one.row === row.id && one.seed === seed);
      if (run === undefined) {
        const scores = scoreGiven(settings, row, await volumes());
        runs.push({ seed, data: specimensKey(dataset), volumes: scores });
      } else {
        const test = await classicalTest(run, volumes, today, make);
        tests.push(test);
        runs.push(...scoresOf(test));
      }
      found.set(row.id, { tests, runs });
    }
  }
  return found;
}

function rowScores(id: string, runs: readonly RunScores[], trained: boolean): RowScores | null {
  return runs.length === 0 ? null : { id, trained, runs };
}

function scoresOf({ seed, data, scores, kernel }: ModelTest): RunScores[] {
  return scores === undefined ? [] : [{ seed, data, volumes: scores, kernel }];
}

/** Scores of the input or of the target, which come with the data set. */
function scoreGiven(
  { scoring }: ResolvedExperiment['settings'],
  { method }: ResolvedRow,
  { test, targets, kernel }: PreparedDataset,
): VolumeScores[] {
  const options = { ...scoring, kernel };
  return test.map((observation, i) => ({
    volume: observation.id,
    scores: scoreEstimate(
      method === TARGET_METHOD ? targets[i] : observation.blurred,
      observation,
      options,
    ),
  }));
}

async function classicalTest(
  run: ClassicalRun,
  volumes: () => Promise<PreparedDataset>,
  today: Today,
  make: Makers | undefined,
): Promise<ModelTest> {
  const left = await classicalResult(run, today);
  const { state, reason, folder, scores } = left;
  const test = {
    ...{ run: run.id, seed: run.seed, data: specimensKey(run.trained) },
    ...{ failed: false, kernel: null, discriminators: [] },
    predictions: join(folder, 'predictions'),
  };
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
  const { run, result, record, note, discriminators } = runResult;
  const { folder } = result;
  const failed = result.state === 'failed';
  // What a stale model was tested on may be other specimens than those of now.
  const { dataset } = record?.settings ?? run.settings;
  const kernel = result.scores?.kernel ?? null;
  const own = {
    run: run.id,
    seed: run.seed,
    data: specimensKey(dataset),
    failed,
    note,
    kernel,
    discriminators,
  };
  const predictions = join(folder, 'predictions');
  if (record === undefined) return { ...own, predictions, scores: undefined };
  if (testKey(dataset, condition) === null) {
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
 * Test volumes, made or read when something asks for them. The last ones are remembered, those
 * before them let go: all of a sweep would fill gigabytes.
 */
export function rememberVolumes(profile: string, resultsDir: string): TestVolumesOf {
  let last: { readonly key: string; readonly volumes: Promise<PreparedDataset> } | undefined;
  return (dataset, condition) => {
    const key = datasetFolder(dataset, resultsDir, profile, condition);
    if (last?.key !== key) {
      const volumes = prepareTestVolumes(dataset, condition, { resultsDir, profile, say });
      last = { key, volumes };
    }
    return last.volumes;
  };
}
