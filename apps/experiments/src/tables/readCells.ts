import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  runDirectory,
  scoreName,
  testedDataset,
  testKey,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRow,
  type RowScores,
  type VolumeScores,
} from '@blurcycle/experiment';
import { prepareTestVolumes } from '../conditions/prepareTestVolumes.ts';
import { hasWeights, testState } from '../conditions/testState.ts';
import type { ComputeOptions } from '../contracts.ts';
import type { PreparedDataset } from '../runs/prepareDataset.ts';
import { readSourceHash } from '../runs/sourceHash.ts';
import { scoreVolume } from '../runs/scoreVolume.ts';
import { readRuns, type RunResult } from './readRuns.ts';

/** What one trained model did under one condition. */
export interface ModelTest {
  readonly run: string;
  readonly seed: number;
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
  /** One for each seed; empty for the input. */
  readonly tests: readonly ModelTest[];
  /** Null when nothing is there to score. */
  readonly scores: RowScores | null;
}

/** Test volumes of a condition, for models that were trained on the data set of the experiment. */
export type TestVolumesOf = (condition: ResolvedCondition) => Promise<PreparedDataset>;

/**
 * Every row under every condition, conditions outermost. Predictions under other conditions that are missing or stale are
 * made now, where the weights are there; nothing is trained.
 */
export async function readCells(
  experiment: ResolvedExperiment,
  volumesOf: TestVolumesOf,
  options: ComputeOptions,
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const condition of experiment.conditions) {
    for (const row of experiment.rows) {
      const name = scoreName(row.id, condition.id);
      if (row.runs.length === 0) {
        const { test } = await volumesOf(condition);
        const volumes = test.map(({ id, blurred, sharp }) => ({
          volume: id,
          scores: scoreVolume(blurred, sharp, experiment.settings.scoring),
        }));
        cells.push({ row, condition, tests: [], scores: { id: name, runs: [{ seed: null, volumes }] } });
        continue;
      }
      const tests: ModelTest[] = [];
      for (const result of await readRuns(row.runs, options.resultsDir)) {
        tests.push(await testUnder(result, condition, experiment.name, options));
      }
      const runs = tests.flatMap(({ seed, scores }) =>
        scores === undefined ? [] : [{ seed, volumes: scores }],
      );
      cells.push({ row, condition, tests, scores: runs.length === 0 ? null : { id: name, runs } });
    }
  }
  return cells;
}

async function testUnder(
  { run, record, failed, note }: RunResult,
  condition: ResolvedCondition,
  experiment: string,
  options: ComputeOptions,
): Promise<ModelTest> {
  const { resultsDir } = options;
  const { id, seed, profile } = run;
  const folder = runDirectory(resultsDir, profile, id);
  const own = { run: id, seed, failed, note, predictions: join(folder, 'predictions') };
  if (record === undefined) return { ...own, scores: undefined };
  const { dataset } = record.settings;
  if (testKey(dataset, condition) === null) return { ...own, scores: record.scores };

  const known = testState(record, condition, resultsDir, await readSourceHash());
  const test = { ...own, predictions: join(known.folder, 'predictions') };
  if (known.state === 'done') return { ...test, scores: known.record?.scores };
  const left = (why: string): ModelTest => {
    const told = `${id}: its predictions under ${condition.label} are ${known.state}, and ${why}`;
    return { ...test, scores: known.record?.scores, note: note === null ? told : `${note}; ${told}` };
  };
  if (!hasWeights(folder)) return left('its weights are not here');
  const { testRun } = await import('../conditions/testRun.ts');
  const say = (line: string): void => console.error(line);
  say(`${id}: testing under ${condition.label}`);
  const request = {
    run: record,
    dataset: testedDataset(dataset, condition),
    volumes: await prepareTestVolumes(dataset, condition, { resultsDir, profile, say }),
    folder: known.folder,
    command: `npx blurcycle table ${experiment} --profile ${profile}`,
  };
  try {
    return { ...test, scores: (await testRun(request, options)).scores };
  } catch (error) {
    // A model folder that is damaged or of an older format is the row's trouble, not the table's.
    if (!(error instanceof InputError)) throw error;
    return left(`its model cannot be applied: ${error.message}`);
  }
}
