import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  type ClassicalRecord,
  type ClassicalRun,
  classicalRuns,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRow,
  type RowScores,
  runDirectory,
  type RunRecord,
  scoreName,
  TARGET_METHOD,
  testKey,
  type TestRecord,
  type VolumeScores,
} from '@blurcycle/experiment';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { readSourceHash } from '../run/sourceHash.ts';
import { scoreEstimate } from '../scores/scoreEstimate.ts';
import { classicalState } from '../test/classicalState.ts';
import { hasWeights, testState } from '../test/testState.ts';
import { say } from '../say.ts';
import { readRuns, type RunResult } from './readRuns.ts';

/** What one trained model, or a classical method, did under one condition. */
interface ModelTest {
  readonly run: string;
  /** Null for a classical method, in which nothing is random. */
  readonly seed: number | null;
  /** Undefined unless there are scores, stale or not. */
  readonly scores: readonly VolumeScores[] | undefined;
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

/** Makes predictions that are missing or stale. */
export interface Makers {
  test(run: RunRecord, condition: ResolvedCondition, folder: string): Promise<TestRecord>;
  classical(run: ClassicalRun, volumes: PreparedDataset, folder: string): Promise<ClassicalRecord>;
}

/** Test volumes of a condition, for models that were trained on the data set of the experiment. */
export type TestVolumesOf = (condition: ResolvedCondition) => Promise<PreparedDataset>;

/**
 * Every row under every condition, conditions outermost. Nothing is trained; `make` is called for
 * what is missing or stale: predictions of models under other conditions, where the weights are
 * there, and those of classical methods.
 */
export async function readCells(
  experiment: ResolvedExperiment,
  volumesOf: TestVolumesOf,
  resultsDir: string,
  make?: Makers,
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const classical = new Map(classicalRuns(experiment).map((run) => [run.id, run]));
  for (const condition of experiment.conditions) {
    for (const row of experiment.rows) {
      const name = scoreName(row.id, condition.id);
      const computed = classical.get(name);
      if (computed !== undefined) {
        const test = await classicalTest(computed, () => volumesOf(condition), resultsDir, make);
        const runs = test.scores === undefined ? [] : [{ seed: null, volumes: test.scores }];
        cells.push({
          row,
          condition,
          tests: [test],
          scores: runs.length === 0 ? null : { id: name, runs },
        });
        continue;
      }
      if (row.runs.length === 0) {
        const { test, targets, kernel } = await volumesOf(condition);
        const options = { ...experiment.settings.scoring, kernel };
        const volumes = test.map((observation, i) => ({
          volume: observation.id,
          scores: scoreEstimate(
            row.method === TARGET_METHOD ? targets[i] : observation.blurred,
            observation,
            options,
          ),
        }));
        cells.push({
          row,
          condition,
          tests: [],
          scores: { id: name, runs: [{ seed: null, volumes }] },
        });
        continue;
      }
      const tests: ModelTest[] = [];
      for (const result of await readRuns(row.runs, resultsDir)) {
        tests.push(await testUnder(result, condition, resultsDir, make));
      }
      const runs = tests.flatMap(({ seed, scores }) =>
        scores === undefined ? [] : [{ seed, volumes: scores }],
      );
      cells.push({ row, condition, tests, scores: runs.length === 0 ? null : { id: name, runs } });
    }
  }
  return cells;
}

async function classicalTest(
  run: ClassicalRun,
  volumes: () => Promise<PreparedDataset>,
  resultsDir: string,
  make: Makers | undefined,
): Promise<ModelTest> {
  const { state, reason, folder, record } = await classicalState(run, resultsDir);
  const test = { run: run.id, seed: null, failed: false, predictions: join(folder, 'predictions') };
  if (state === 'done') return { ...test, note: null, scores: record?.scores };
  if (make === undefined)
    return { ...test, note: `${run.id} is ${state}: ${reason}`, scores: record?.scores };
  return {
    ...test,
    note: null,
    scores: (await make.classical(run, await volumes(), folder)).scores,
  };
}

async function testUnder(
  { run, record, failed, note }: RunResult,
  condition: ResolvedCondition,
  resultsDir: string,
  make: Makers | undefined,
): Promise<ModelTest> {
  const { id, seed, profile } = run;
  const folder = runDirectory(resultsDir, profile, id);
  const own = { run: id, seed, failed, note, predictions: join(folder, 'predictions') };
  if (record === undefined) return { ...own, scores: undefined };
  const { dataset } = record.settings;
  if (testKey(dataset, condition) === null) return { ...own, scores: record.scores };

  const known = await testState(record, condition, resultsDir, await readSourceHash());
  const test = { ...own, predictions: join(known.folder, 'predictions') };
  if (known.state === 'done') return { ...test, scores: known.record?.scores };
  const left = (why: string): ModelTest => {
    const told = `${id}: its predictions under ${condition.label} are ${known.state}, and ${why}`;
    return {
      ...test,
      scores: known.record?.scores,
      note: note === null ? told : `${note}; ${told}`,
    };
  };
  if (make === undefined) return left('they were not made again');
  if (!hasWeights(folder)) return left('its weights are not here');
  try {
    return { ...test, scores: (await make.test(record, condition, known.folder)).scores };
  } catch (error) {
    // A model folder that is damaged or of an older format is the row's trouble, not the table's.
    if (!(error instanceof InputError)) throw error;
    return left(`its model cannot be applied: ${error.message}`);
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
