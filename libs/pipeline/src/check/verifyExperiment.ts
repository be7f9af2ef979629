import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  type ClassicalRun,
  classicalRuns,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ResolvedRun,
  runDirectory,
  type RunRecord,
  testKey,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { prepareDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { findRunRecord } from '../run/runState.ts';
import { readSourceHash } from '../run/sourceHash.ts';
import { tableState } from '../table/tableState.ts';
import { classicalState } from '../test/classicalState.ts';
import { testState, WEIGHTS } from '../test/testState.ts';
import { say } from '../say.ts';
import { verifyRun } from './verifyRun.ts';
import { verifyTable } from './verifyTable.ts';

/** What was checked and every way in which it is not what its record says. */
interface Verification {
  /** `run proposed-s0`, `test proposed-s0@snr-10`, `table fig8`. */
  readonly what: string;
  readonly differences: readonly string[];
}

/**
 * Checks the runs of an experiment, all predictions under its conditions, and its table and
 * figures, one by one.
 */
export async function* verifyExperiment(
  experiment: ResolvedExperiment,
  resultsDir: string,
): AsyncGenerator<Verification> {
  const sources = await readSourceHash();
  const runs = new Map(
    experiment.rows.flatMap((row) => row.runs.map((run) => [run.id, run] as const)),
  );
  for (const run of runs.values()) {
    const { record, problem } = findRunRecord(run, resultsDir);
    const what = `run ${run.id}`;
    if (record === undefined)
      yield { what, differences: [`there is no record: it was ${problem}`] };
    else
      yield { what, differences: await tolerant(() => differencesOfRun(run, record, resultsDir)) };
    if (record?.status !== 'done') continue;
    for (const condition of experiment.conditions) {
      if (testKey(record.settings.dataset, condition) === null) continue;
      yield {
        what: `test ${run.id}@${condition.id}`,
        differences: await tolerant(() =>
          differencesOfTest(record, condition, resultsDir, sources),
        ),
      };
    }
  }
  for (const run of classicalRuns(experiment)) {
    yield {
      what: `classical ${run.id}`,
      differences: await tolerant(() => differencesOfClassical(run, resultsDir)),
    };
  }
  const { record, reason } = await tableState(experiment, resultsDir);
  yield {
    what: `table ${experiment.name}`,
    differences:
      record === undefined
        ? [`there is no record: it was ${reason}`]
        : await tolerant(() => verifyTable(experiment, record, resultsDir)),
  };
}

/** A damaged file is a difference, not the end of the check. */
async function tolerant(check: () => Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [error.message];
  }
}

async function differencesOfRun(
  run: ResolvedRun,
  record: RunRecord,
  resultsDir: string,
): Promise<string[]> {
  if (record.status === 'failed')
    return [`the run failed: ${record.error ?? 'no reason recorded'}`];
  const options = { resultsDir, profile: run.profile, say };
  const { hashes, test, kernel } = await prepareDataset(record.settings.dataset, options);
  const folder = runDirectory(resultsDir, run.profile, run.id);
  return verifyRun(record, {
    folder,
    scoring: record.settings.scoring,
    inputs: hashes,
    test,
    kernel,
  });
}

async function differencesOfTest(
  run: RunRecord,
  condition: ResolvedCondition,
  resultsDir: string,
  sources: string,
): Promise<string[]> {
  const { record, folder, reason } = await testState(run, condition, resultsDir, sources);
  if (record === undefined) return [`there is no record: it was ${reason}`];
  const { dataset } = run.settings;
  const { hashes, test, kernel } = await prepareTestVolumes(dataset, condition, {
    resultsDir,
    profile: run.profile,
    say,
  });
  const weights = join(runDirectory(resultsDir, run.profile, run.id), WEIGHTS);
  const inputs = {
    ...hashes,
    ...(existsSync(weights) ? { [WEIGHTS]: await fileHash(weights) } : {}),
  };
  return verifyRun(record, { folder, scoring: record.scoring, inputs, test, kernel });
}

async function differencesOfClassical(run: ClassicalRun, resultsDir: string): Promise<string[]> {
  const { record, folder, reason } = await classicalState(run, resultsDir);
  if (record === undefined) return [`there is no record: it was ${reason}`];
  const options = { resultsDir, profile: run.profile, say };
  const { hashes, test, kernel } = await prepareTestVolumes(run.trained, run.condition, options);
  return verifyRun(record, { folder, scoring: record.scoring, inputs: hashes, test, kernel });
}
