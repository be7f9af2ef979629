import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import {
  type ClassicalRun,
  classicalRuns,
  describeExperiment,
  type Freshness,
  isDone,
  kindKey,
  NUMERICS,
  type Replay,
  type ResolvedExperiment,
  type ResolvedRun,
  runRecipe,
  type RunRecord,
  tableRecipe,
  WEIGHTS,
  writeReplay,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { loadModel } from '@blurcycle/inference';
import { disposeTrainer, fit, type MetricsLine, TrainingFailure } from '@blurcycle/training';
import type { ComputeOptions } from '../contracts.ts';
import { prepareDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { openBackend } from '../openBackend.ts';
import { knownMicroscope } from '../run/knownMicroscope.ts';
import { trainingOf } from '../run/makeRun.ts';
import { startProvenance } from '../run/provenance.ts';
import { readLog } from '../run/readLog.ts';
import { startTraining, validateTrainer } from '../run/trainNetworks.ts';
import { say } from '../say.ts';
import { predictTestVolumes } from '../scores/predictTestVolumes.ts';
import { predictionPath } from '../scores/scorePredictions.ts';
import { classicalResult, runResult, tableResult } from '../state/results.ts';
import { readToday, type Today } from '../state/today.ts';
import { rememberVolumes } from '../table/readCells.ts';
import { estimateOf } from '../test/computeClassical.ts';
import { compareHashes } from './verifyResult.ts';
import { verifyTable } from './verifyTable.ts';

/** One kind of result that was begun again. */
export type ReplayedKind = Replay['kinds'][number];

/** What is replayed, and how far. */
export interface ReplayOptions extends ComputeOptions {
  readonly profile: string;
  /** Updates of each training run; at least one line of the log must be reached. */
  readonly updates: number;
}

/** A replay at work. */
interface Work extends ReplayOptions {
  readonly today: Today;
  /** Where data and runs go: nothing of the user is touched. */
  readonly folder: string;
}

/**
 * Begins one result of each kind again and compares: the bytes of the data, the first lines of the
 * log, a prediction where the weights are here; a prediction of each classical method; the numbers
 * of each table. When all is done it writes the certificate, `results/<profile>/replay.json`, which
 * tells what was the same and what was not.
 *
 * Results that are stale, or not there, have nothing to compare with and are left out.
 *
 * @param experiments - Whose results are replayed.
 * @throws {InputError} If no line of the log is reached.
 */
export async function* replay(
  experiments: readonly ResolvedExperiment[],
  options: ReplayOptions,
): AsyncGenerator<ReplayedKind> {
  const { resultsDir, profile, updates } = options;
  const clock = await startProvenance(await openBackend(options));
  const folder = await mkdtemp(join(tmpdir(), 'blurcycle-replay-'));
  const kinds: ReplayedKind[] = [];
  // Nothing of a replay is resumed: an interrupted one leaves nothing.
  const leave = (signal: NodeJS.Signals): void => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(128 + constants.signals[signal]);
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    const work: Work = { ...options, folder, today: await readToday(resultsDir, profile) };
    for await (const kind of replayAll(experiments, work)) {
      kinds.push(kind);
      yield kind;
    }
    const { code } = work.today;
    const command = `npx blurcycle verify --replay ${updates} --profile ${profile}`;
    const provenance = await clock.stop(command);
    const { replay: before } = work.today;
    const kept = before?.code === code && before.updates === updates ? before.kinds : [];
    const others = kept.filter(({ kind }) => !kinds.some((one) => one.kind === kind));
    const certificate = { profile, code, numerics: NUMERICS, updates, provenance };
    await writeReplay(resultsDir, { ...certificate, kinds: [...others, ...kinds] });
  } finally {
    process.removeListener('SIGINT', leave).removeListener('SIGTERM', leave);
    await rm(folder, { recursive: true, force: true });
  }
}

async function* replayAll(
  experiments: readonly ResolvedExperiment[],
  work: Work,
): AsyncGenerator<ReplayedKind> {
  const runs = experiments.flatMap(({ rows }) => rows.flatMap((row) => row.runs));
  const done = new Set<string>();
  for (const run of runs) {
    const kind = kindKey(runRecipe(run));
    if (done.has(kind)) continue;
    const { record, folder, ...verdict } = await runResult(run, work.today);
    if (record === undefined || !isToCompare(run.id, verdict)) continue;
    done.add(kind);
    yield { kind, run: run.id, ...(await replayRun(run, record, folder, work)) };
  }
  for (const run of experiments.flatMap((experiment) => [...classicalRuns(experiment)])) {
    const { kind } = run;
    if (done.has(kind)) continue;
    const { record, ...verdict } = await classicalResult(run, work.today);
    if (record === undefined || !isToCompare(run.id, verdict)) continue;
    done.add(kind);
    yield { kind, run: run.id, ...(await replayClassical(run, record.outputs, work)) };
  }
  for (const experiment of experiments) {
    const { record, ...verdict } = await tableResult(experiment, work.today);
    if (record === undefined || !isToCompare(experiment.name, verdict)) continue;
    const volumesOf = rememberVolumes(work.profile, work.folder);
    const { checked, differences } = await verifyTable(
      experiment,
      record,
      work.resultsDir,
      volumesOf,
    );
    const kind = kindKey(tableRecipe(describeExperiment(experiment)));
    yield { kind, run: `table ${experiment.name}`, compared: checked, differences };
  }
}

function isToCompare(name: string, verdict: Freshness): boolean {
  if (isDone(verdict)) return true;
  say(`${name} is ${verdict.state} and not replayed: ${verdict.reason}`);
  return false;
}

type Comparison = Pick<ReplayedKind, 'compared' | 'differences'>;

async function replayRun(
  run: ResolvedRun,
  record: RunRecord,
  recordFolder: string,
  work: Work,
): Promise<Comparison> {
  const { settings } = run;
  const recorded = readLog(recordFolder).filter(({ step }) => step <= work.updates);
  if (recorded.length === 0) {
    const rule = `reach the first line of the log of ${run.id}, update ${settings.training.logEvery}`;
    throw new InputError(describeViolation('verify', '--replay', rule, work.updates));
  }
  const dataset = await prepareDataset(settings.dataset, { ...work, resultsDir: work.folder, say });
  const folder = join(work.folder, run.id);
  const known = await knownMicroscope(run, dataset, work.resultsDir);
  const { trainer, source } = startTraining(trainingOf(run, dataset, known));
  const stop = new AbortController();
  const differences = compareHashes('input', record.inputs, dataset.hashes);
  const compared = [`${Object.keys(dataset.hashes).length} inputs`];
  try {
    await fit(trainer, {
      source,
      schedule: settings.training,
      folder,
      identity: 'replay',
      resume: false,
      validate: () =>
        validateTrainer(trainer, {
          validation: dataset.validation,
          inference: settings.inference,
          precision: settings.inference.precision,
          dataRange: settings.scoring.dataRange,
        }),
      onStep: (step) => {
        if (step >= work.updates) stop.abort();
      },
      warn: (line) => say(`warning: ${run.id}: ${line}`),
      stop: stop.signal,
    });
  } catch (error) {
    if (!(error instanceof TrainingFailure)) throw error;
    differences.push(error.message);
  } finally {
    disposeTrainer(trainer);
  }
  differences.push(...compareLogs(recorded, readLog(folder)));
  compared.push(`${recorded.length} lines of the log, to update ${recorded.at(-1)?.step}`);
  if (existsSync(join(recordFolder, WEIGHTS))) {
    const [first] = dataset.test;
    const model = await loadModel(join(recordFolder, 'model'));
    try {
      await predictTestVolumes(model.generator, [first], settings, folder);
    } finally {
      model.dispose();
    }
    const name = predictionPath(first.id);
    compared.push(name);
    differences.push(...(await comparePrediction(name, folder, record.outputs)));
  }
  return { compared, differences };
}

async function replayClassical(
  run: ClassicalRun,
  outputs: Readonly<Record<string, string>>,
  work: Work,
): Promise<Comparison> {
  const volumes = await prepareTestVolumes(run.trained, run.condition, {
    ...work,
    resultsDir: work.folder,
    say,
  });
  const [{ id, blurred }] = volumes.test;
  const name = predictionPath(id);
  const folder = await mkdtemp(join(work.folder, 'classical-'));
  await mkdir(join(folder, 'predictions'));
  await writeTiffStack(join(folder, name), estimateOf(run, blurred, volumes));
  return { compared: [name], differences: await comparePrediction(name, folder, outputs) };
}

async function comparePrediction(
  name: string,
  folder: string,
  outputs: Readonly<Record<string, string>>,
): Promise<string[]> {
  const hash = await fileHash(join(folder, name));
  return hash === outputs[name] ? [] : [`output ${name} has other bytes than recorded`];
}

/** Every number of the recorded lines, and the hash of the weights where both have one. */
function compareLogs(recorded: readonly MetricsLine[], found: readonly MetricsLine[]): string[] {
  return recorded.flatMap((line) => {
    const again = found.find(({ step, kind }) => step === line.step && kind === line.kind);
    const where = `update ${line.step}, ${line.kind}`;
    if (again === undefined) return [`${where}: there is no such line`];
    const values: Readonly<Record<string, number | undefined>> = { ...again.values };
    const numbers = Object.entries(line.values)
      .filter(([name, value]) => values[name] !== value)
      .map(([name, value]) => `${where}: ${name} is ${values[name]}, the log says ${value}`);
    const weights =
      'weights' in line && 'weights' in again && line.weights !== again.weights
        ? [`${where}: the weights have another hash`]
        : [];
    return [...numbers, ...weights];
  });
}
