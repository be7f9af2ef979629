import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  classicalDirectory,
  classicalRecipe,
  type ClassicalRecord,
  type ClassicalRun,
  describeChanges,
  describeExperiment,
  experimentDirectory,
  type ExperimentRecord,
  type Found,
  freshness,
  type Freshness,
  isDone,
  kindKey,
  readClassicalRecord,
  readExperimentRecord,
  readRecordedSettings,
  readRunRecord,
  readScores,
  readTestRecord,
  recordedClassical,
  recordedRun,
  recordedTable,
  recordedTest,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRun,
  runDirectory,
  runRecipe,
  type RunRecord,
  type Scores,
  tableRecipe,
  testDirectory,
  testedDataset,
  testKey,
  testRecipe,
  type TestRecord,
  WEIGHTS,
} from '@blurcycle/experiment';
import { readDataNow } from '../dataset/manifest.ts';
import { hashTableInputs, tableInputsNow } from './tableFiles.ts';
import { nowOf, type Today } from './today.ts';

/** What a run, a test, a classical method or a table left, and the verdict on it. */
export interface Result<R> extends Freshness {
  readonly folder: string;
  /** Undefined where there is none that can be read. */
  readonly record: R | undefined;
  /** Undefined where it has none. */
  readonly scores: Scores | undefined;
}

/** What a training run left. */
export async function runResult(
  run: Pick<ResolvedRun, 'id' | 'settings' | 'seed'>,
  today: Today,
): Promise<Result<RunRecord>> {
  const { resultsDir, profile } = today;
  const folder = runDirectory(resultsDir, profile, run.id);
  const path = join(folder, 'record.json');
  const record = readUnlessDamaged(() => readRunRecord(path));
  const data = await readDataNow(run.settings.dataset, resultsDir, profile);
  const now = nowOf(today, runRecipe(run), data);
  if (record === undefined || record === null) {
    const found = record === null ? unreadableRun(run, path) : nothing('never finished');
    return { folder, record: undefined, scores: undefined, ...freshness(found, now) };
  }
  const scores = readScores(folder, record, record.settings.scoring);
  return { folder, record, scores, ...freshness(recordedRun(record, scores), now) };
}

/**
 * What a trained model left under a condition.
 *
 * @param run - The record of the run, whose weights would be applied.
 * @param condition - Not the run's own test volumes.
 */
export async function testResult(
  run: RunRecord,
  condition: ResolvedCondition,
  today: Today,
): Promise<Result<TestRecord>> {
  const { resultsDir, profile } = today;
  const { dataset } = run.settings;
  const key = testKey(dataset, condition);
  if (key === null) throw new Error('internal: a run has tested its own volumes itself');
  const folder = testDirectory(resultsDir, profile, run.id, key);
  const record = readUnlessDamaged(() => readTestRecord(join(folder, 'record.json')));
  const { inputs, problem } = await readDataNow(dataset, resultsDir, profile, condition);
  const weights = WEIGHTS in run.outputs ? { [WEIGHTS]: run.outputs[WEIGHTS] } : {};
  const now = nowOf(
    today,
    testRecipe(run, testedDataset(dataset, condition)),
    { inputs: { ...inputs, ...weights }, problem },
    kindKey(runRecipe(run)),
  );
  if (record === undefined || record === null) {
    const found = record === null ? DAMAGED : nothing('never tested');
    return { folder, record: undefined, scores: undefined, ...freshness(found, now) };
  }
  const scores = readScores(folder, record, record.scoring);
  return { folder, record, scores, ...freshness(recordedTest(record, run, scores), now) };
}

/** What a classical method left. */
export async function classicalResult(
  run: ClassicalRun,
  today: Today,
): Promise<Result<ClassicalRecord>> {
  const { resultsDir, profile } = today;
  const folder = classicalDirectory(resultsDir, profile, run.method, run.key);
  const record = readUnlessDamaged(() => readClassicalRecord(join(folder, 'record.json')));
  const data = await readDataNow(run.trained, resultsDir, profile, run.condition);
  const now = nowOf(today, classicalRecipe(run), data, run.kind);
  if (record === undefined || record === null) {
    const found = record === null ? DAMAGED : nothing('never computed');
    return { folder, record: undefined, scores: undefined, ...freshness(found, now) };
  }
  const scores = readScores(folder, record, record.scoring);
  return { folder, record, scores, ...freshness(recordedClassical(record, scores), now) };
}

/** Whether there is something to make: a result that only lacks a metric needs its predictions. */
export function isToBeMade(result: Result<unknown>): boolean {
  if (!isDone(result)) return true;
  return result.stage === 'scores' && existsSync(join(result.folder, 'predictions'));
}

/** The table and the figures of an experiment. */
export async function tableResult(
  experiment: ResolvedExperiment,
  today: Today,
): Promise<Result<ExperimentRecord>> {
  const { resultsDir, profile } = today;
  const folder = experimentDirectory(resultsDir, profile, experiment.name);
  const record = readUnlessDamaged(() => readExperimentRecord(join(folder, 'record.json')));
  const recipe = tableRecipe(describeExperiment(experiment));
  const judge = (found: Found, inputs: Record<string, string | null>): Freshness =>
    freshness(found, nowOf(today, recipe, { inputs, problem: null }));
  if (record === undefined || record === null) {
    const found = record === null ? DAMAGED : nothing('never made');
    return { folder, record: undefined, scores: undefined, ...judge(found, {}) };
  }
  const inputs = tableInputsNow(record.inputs, await hashTableInputs(experiment, resultsDir));
  return { folder, record, scores: undefined, ...judge(recordedTable(record), inputs) };
}

/** What a reader of records returns; null for a file that is damaged or of another version. */
function readUnlessDamaged<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

const DAMAGED: Found = {
  found: 'unreadable',
  reason: 'its record is damaged or of another version',
};

function nothing(reason: string): Found {
  return { found: 'nothing', reason };
}

/** A record of another version still tells its settings; a damaged one is as good as none. */
function unreadableRun(run: Pick<ResolvedRun, 'settings' | 'seed'>, path: string): Found {
  const outdated = readRecordedSettings(path);
  if (outdated === undefined) return nothing('its record is damaged');
  const before = { ...outdated.settings, seed: outdated.seed };
  const now = { ...run.settings, seed: run.seed };
  const changes = describeChanges(before, now, ['method.label']);
  return { found: 'unreadable', reason: changes.join('; ') || 'its record is of another version' };
}
