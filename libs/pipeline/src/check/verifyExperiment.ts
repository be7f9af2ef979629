import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  type ClassicalRecord,
  type ClassicalRun,
  classicalRuns,
  contentHash,
  type DatasetSettings,
  isDone,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRun,
  runDirectory,
  type RunRecord,
  testedDataset,
  testKey,
  type TestRecord,
  WEIGHTS,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { prepareDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { say } from '../say.ts';
import {
  classicalResult,
  type Result,
  runResult,
  tableResult,
  testResult,
} from '../state/results.ts';
import { readToday, type Today } from '../state/today.ts';
import { verifyReport } from './verifyReport.ts';
import { type Checked, verifyResult } from './verifyResult.ts';
import { verifyTable, verifyTableFiles } from './verifyTable.ts';

/** What was checked and every way in which it is not what its record says. */
export interface Verification extends Checked {
  /** `run proposed-s0`, `test proposed-s0@snr-10`, `table fig8`. */
  readonly what: string;
  /** What changed since it was made; null where it is what would be made now. */
  readonly stale: string | null;
}

/**
 * Checks the runs of an experiment, all predictions under its conditions, and its table and
 * figures, one by one. Data sets are made again where they are not here, and their hashes compared;
 * what else is not here is told to be so.
 */
export async function* verifyExperiment(
  experiment: ResolvedExperiment,
  resultsDir: string,
): AsyncGenerator<Verification> {
  const { profile, rows, seeds, conditions } = experiment;
  const today = await readToday(resultsDir, profile);
  const runs = new Map(rows.flatMap((row) => row.runs.map((run) => [run.id, run] as const)));
  const classical = classicalRuns(experiment);
  // Seed by seed, so that the data of one are let go before those of the next are read.
  for (const [i, seed] of seeds.entries()) {
    const data = rememberDatasets(resultsDir, profile);
    for (const run of runs.values()) {
      if (run.seed === seed) yield* verifyRun(run, conditions, today, data);
    }
    for (const run of classical) {
      if (run.seed !== seed && (run.seed !== null || i > 0)) continue;
      const result = await classicalResult(run, today);
      yield verify(`classical ${run.id}`, result, () => checkClassical(run, result, data));
    }
  }
  const table = await tableResult(experiment, today);
  const { record } = table;
  yield verify(`table ${experiment.name}`, table, async () => {
    if (record === undefined) return unrecorded(table);
    if (isDone(table)) return verifyTable(experiment, record, resultsDir);
    return verifyTableFiles(experiment, record, resultsDir);
  });
  const report = await tolerant(() => verifyReport(resultsDir, profile));
  if (report !== null) yield { what: 'report', stale: null, ...report };
}

async function* verifyRun(
  run: ResolvedRun,
  conditions: readonly ResolvedCondition[],
  today: Today,
  data: DatasetsOf,
): AsyncGenerator<Verification> {
  const result = await runResult(run, today);
  const { record } = result;
  yield verify(`run ${run.id}`, result, () => checkRun(result, data));
  if (record?.status !== 'done') return;
  for (const condition of conditions) {
    if (testKey(record.settings.dataset, condition) === null) continue;
    const test = await testResult(record, condition, today);
    const check = (): Promise<Checked> => checkTest(record, condition, test, today, data);
    yield verify(`test ${run.id}@${condition.id}`, test, check);
  }
}

/** Of a stale result, too, everything has to be as its record says. */
async function verify(
  what: string,
  { state, reason, record }: Result<unknown>,
  check: () => Promise<Checked>,
): Promise<Verification> {
  const stale = state === 'stale' && record !== undefined ? reason : null;
  return { what, stale, ...(await tolerant(check)) };
}

/** Nothing but what is wrong. */
function only(...differences: readonly string[]): Checked {
  return { checked: [], absent: [], differences };
}

function unrecorded({ reason }: Result<unknown>): Checked {
  return only(`there is no record that can be read: ${reason}`);
}

/** A damaged file is a difference, not the end of the check. */
async function tolerant<T extends Checked | null>(check: () => Promise<T>): Promise<T | Checked> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return only(error.message);
  }
}

/** Data sets by their settings, each read or made once for all that was made of it. */
type DatasetsOf = (
  trained: DatasetSettings,
  condition?: ResolvedCondition,
) => Promise<PreparedDataset>;

function rememberDatasets(resultsDir: string, profile: string): DatasetsOf {
  const known = new Map<string, Promise<PreparedDataset>>();
  const options = { resultsDir, profile, say };
  return (trained, condition) => {
    const tested = condition === undefined ? trained : testedDataset(trained, condition);
    const key = contentHash({ trained, tested });
    const data =
      known.get(key) ??
      (condition === undefined || testKey(trained, condition) === null
        ? prepareDataset(trained, options)
        : prepareTestVolumes(trained, condition, options));
    known.set(key, data);
    return data;
  };
}

async function checkRun(result: Result<RunRecord>, data: DatasetsOf): Promise<Checked> {
  const { record, scores, folder } = result;
  if (record === undefined) return unrecorded(result);
  if (record.status === 'failed')
    return only(`the run failed: ${record.error ?? 'no reason recorded'}`);
  const volumes = await data(record.settings.dataset);
  return verifyResult(record, scores, { folder, inputs: volumes.hashes, volumes });
}

async function checkTest(
  run: RunRecord,
  condition: ResolvedCondition,
  result: Result<TestRecord>,
  today: Today,
  data: DatasetsOf,
): Promise<Checked> {
  const { record, scores, folder } = result;
  if (record === undefined) return unrecorded(result);
  const volumes = await data(run.settings.dataset, condition);
  const weights = join(runDirectory(today.resultsDir, today.profile, run.id), WEIGHTS);
  const inputs = {
    ...volumes.hashes,
    ...(existsSync(weights) ? { [WEIGHTS]: await fileHash(weights) } : {}),
  };
  return verifyResult(record, scores, { folder, inputs, mayLack: [WEIGHTS], volumes });
}

async function checkClassical(
  run: ClassicalRun,
  result: Result<ClassicalRecord>,
  data: DatasetsOf,
): Promise<Checked> {
  const { record, scores, folder } = result;
  if (record === undefined) return unrecorded(result);
  const volumes = await data(run.trained, run.condition);
  return verifyResult(record, scores, { folder, inputs: volumes.hashes, volumes });
}
