import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import {
  isDone,
  type ResolvedRun,
  runDirectory,
  runRecipe,
  type RunRecord,
  WEIGHTS,
  writeRunRecord,
} from '@blurcycle/experiment';
import { fileHash, type FolderLock, useRunFolder } from '@blurcycle/files';
import { loadModel } from '@blurcycle/inference';
import type { TrainRunOptions } from '../contracts.ts';
import { prepareDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { openBackend } from '../openBackend.ts';
import { say } from '../say.ts';
import { predictTestVolumes } from '../scores/predictTestVolumes.ts';
import { hasPredictions } from '../scores/scorePredictions.ts';
import { type Result, runResult } from '../state/results.ts';
import { readToday } from '../state/today.ts';
import { hashOutputs } from './hashOutputs.ts';
import { makeRun } from './makeRun.ts';
import { KERNEL, scoreRun } from './scoreRun.ts';
import { originOf } from './origin.ts';
import { startProvenance } from './provenance.ts';

/**
 * Carries out one training run: data, training, predictions of the test volumes, scores.
 *
 * A stage that is fresh is not made again: a run whose scores lack a metric is scored, one whose
 * predictions are stale predicts with the weights that it has. An unfinished training goes on from
 * its last checkpoint.
 *
 * @throws {InputError} If another process is at the same run and `wait` is not set, or the results
 *   cannot be written; what was saved stays.
 * @throws {Interrupted} On SIGINT or SIGTERM, after the step is finished and saved; a later call
 *   goes on.
 */
export async function trainRun(run: ResolvedRun, options: TrainRunOptions): Promise<RunRecord> {
  const found = await findKept(run, options);
  if (found.kept === 'all') return sayUpToDate(run, found);
  if (found.kept === 'nothing') await trainFirst(run, options);
  const { folder } = found.left;
  return useRunFolder(
    folder,
    run.id,
    async (lock) => {
      if (!lock.waited) return carryOut(run, found, lock, options);
      // Whoever held the folder has worked on this run.
      const now = await findKept(run, { ...options, restart: false });
      return now.kept === 'all' ? sayUpToDate(run, now) : carryOut(run, now, lock, options);
    },
    { wait: options.wait, onWait: (holder) => say(`${run.id}: waits for ${holder}`) },
  );
}

/** What an earlier process left of a run, and what of it stays. */
type Found =
  | { readonly kept: 'nothing'; readonly left: Result<RunRecord> }
  | { readonly kept: Kept; readonly left: Result<RunRecord>; readonly record: RunRecord };

async function findKept(
  run: ResolvedRun,
  { resultsDir, restart }: Pick<TrainRunOptions, 'resultsDir' | 'restart'>,
): Promise<Found> {
  const left = await runResult(run, await readToday(resultsDir, run.profile));
  const { record } = left;
  if (restart || record === undefined) return { kept: 'nothing', left };
  return { kept: await keptStages(left, record), left, record };
}

function sayUpToDate({ id }: ResolvedRun, { left, record }: Extract<Found, { record: RunRecord }>) {
  say(`${id}: up to date${left.reason === '' ? '' : ` (${left.reason})`}`);
  return record;
}

/** Makes what is missing of a run, in its folder. */
async function carryOut(
  run: ResolvedRun,
  found: Found,
  lock: Pick<FolderLock, 'assertHeld'>,
  options: TrainRunOptions,
): Promise<RunRecord> {
  const { left } = found;
  const { folder, reason } = left;
  const prepare = (): Promise<PreparedDataset> =>
    prepareDataset(run.settings.dataset, {
      resultsDir: options.resultsDir,
      profile: run.profile,
      say,
    });
  if (found.kept === 'predictions') {
    const { record } = found;
    say(`${run.id}: scoring (${reason})`);
    await scoreRun(run, folder, record, await prepare(), isDone(left) ? left.scores : undefined);
    return record;
  }
  const path = join(folder, 'record.json');
  if (found.kept === 'nothing' && left.record === undefined && existsSync(path))
    say(`warning: ${path} is not used: ${reason}; what it is of is made anew`);
  const backend = await openBackend(options);
  say(`${run.id}: back-end ${backend.name}, ${backend.description}`);
  const { training, inference } = run.settings;
  const clock = await startProvenance(backend, [training.precision, inference.precision]);
  const dataset = await prepare();
  if (found.kept === 'weights') {
    say(`${run.id}: predicting (${reason})`);
    return predictAgain(found.record, run, folder, dataset);
  }
  await rm(path, { force: true });
  await rm(join(folder, 'scores.json'), { force: true });
  return makeRun(run, folder, dataset, { ...options, clock, lock });
}

/**
 * Trains the run whose kernel this one takes, unless its kernel is here: a record may be stored
 * without it.
 */
async function trainFirst({ id, first }: ResolvedRun, options: TrainRunOptions): Promise<void> {
  if (first === null) return;
  const kernel = join(runDirectory(options.resultsDir, first.profile, first.id), KERNEL);
  let record = await trainRun(first, { ...options, restart: false });
  if (record.status === 'done' && !existsSync(kernel))
    record = await trainRun(first, { ...options, restart: true });
  if (record.status === 'done') return;
  const rule = `have the kernel of ${first.id}`;
  throw new InputError(describeViolation('train', id, rule, `it failed: ${record.error}`));
}

/**
 * What of a result is taken as it is: everything, what its scores are of, its weights, or nothing.
 */
type Kept = 'all' | 'predictions' | 'weights' | 'nothing';

async function keptStages(left: Result<RunRecord>, record: RunRecord): Promise<Kept> {
  const { folder, stage } = left;
  const isLate = stage === 'scores' || stage === 'prediction';
  if (isDone(left) && !isLate) return 'all';
  if (record.status !== 'done' || !isLate) return 'nothing';
  if (stage === 'scores' && (await canScore(left, record))) return 'predictions';
  // A metric that is lacking is worth the seconds that it takes, and no training.
  if (isDone(left)) return 'all';
  return (await isWhole(folder, record)) ? 'weights' : 'nothing';
}

/** Whether the model is here as it was written; where a part of it is damaged, with a warning. */
async function isWhole(folder: string, record: RunRecord): Promise<boolean> {
  if (!existsSync(join(folder, WEIGHTS))) return false;
  for (const name of Object.keys(record.outputs).filter((path) => path.startsWith('model/'))) {
    if (await isKept(folder, name, record)) continue;
    const path = join(folder, name);
    say(`warning: ${path} must be the file that was written, got none or other bytes`);
    return false;
  }
  return true;
}

/** Whether the predictions are here, and the learned kernel where it has to be looked at again. */
async function canScore(left: Result<RunRecord>, record: RunRecord): Promise<boolean> {
  const { folder } = left;
  if (!(await hasPredictions(folder, record.outputs))) return false;
  if (isDone(left) || record.settings.method.blurPath !== 'learned-kernel') return true;
  return isKept(folder, KERNEL, record);
}

async function isKept(folder: string, name: string, { outputs }: RunRecord): Promise<boolean> {
  const path = join(folder, name);
  return existsSync(path) && (await fileHash(path)) === outputs[name];
}

async function predictAgain(
  record: RunRecord,
  run: ResolvedRun,
  folder: string,
  dataset: PreparedDataset,
): Promise<RunRecord> {
  const started = performance.now();
  const model = await loadModel(join(folder, 'model'));
  try {
    await predictTestVolumes(model.generator, dataset.test, run.settings, folder);
  } finally {
    model.dispose();
  }
  const { numerics, keys, code } = await originOf(runRecipe(run), dataset.sources);
  const again: RunRecord = {
    ...record,
    settings: run.settings,
    ...{ numerics, keys },
    // The other weights are gone.
    beside: undefined,
    // Training and prediction are by one code, or the record names none.
    ...(record.code === code ? { code } : { code: undefined }),
    inferenceSeconds: (performance.now() - started) / 1000,
    outputs: await hashOutputs(folder),
  };
  await writeRunRecord(join(folder, 'record.json'), again);
  await scoreRun(run, folder, again, dataset);
  return again;
}
