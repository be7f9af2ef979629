import { join } from 'node:path';
import type { Pairing } from '@blurcycle/core';
import { type Pair, writeTiffStack } from '@blurcycle/data';
import {
  contentHash,
  type ResolvedRun,
  runRecipe,
  type RunRecord,
  writeRunRecord,
} from '@blurcycle/experiment';
import type { FolderLock } from '@blurcycle/files';
import { countParameters } from '@blurcycle/models';
import { unpairedPairs } from '@blurcycle/stacks';
import {
  type FitResult,
  type KnownMicroscope,
  readLearnedNoise,
  readLearnedPupil,
  startKernelOf,
  type Trainer,
  TrainingFailure,
} from '@blurcycle/training';
import type { TrainRunOptions } from '../contracts.ts';
import { withTruth } from '../dataset/datasetFolder.ts';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { say } from '../say.ts';
import { predictTestVolumes } from '../scores/predictTestVolumes.ts';
import { hashOutputs } from './hashOutputs.ts';
import { kernelStart, recordingOf, startsFromData } from './kernelStart.ts';
import { knownMicroscope } from './knownMicroscope.ts';
import { originOf } from './origin.ts';
import type { ProvenanceClock } from './provenance.ts';
import { scoreBeside } from './scoreBeside.ts';
import { scoreRun, START_KERNEL } from './scoreRun.ts';
import { type Trained, type Training, trainNetworks } from './trainNetworks.ts';
import { writeRunModel } from './writeModel.ts';

/** How a run is made. */
interface MakeRunOptions extends Pick<
  TrainRunOptions,
  'resultsDir' | 'resume' | 'restart' | 'progress' | 'maxMinutes'
> {
  readonly clock: ProvenanceClock;
  readonly lock: Pick<FolderLock, 'assertHeld'>;
}

/** Trains, predicts the test volumes, writes the record, and scores. */
export async function makeRun(
  run: ResolvedRun,
  folder: string,
  dataset: PreparedDataset,
  options: MakeRunOptions,
): Promise<RunRecord> {
  const { settings, seed, id } = run;
  const started = performance.now();
  const known = await knownMicroscope(run, dataset, options.resultsDir);
  const origin = await originOf(runRecipe(run), dataset.sources);
  const trainOptions = {
    folder,
    identity: `${origin.keys.training}/${contentHash(dataset.hashes)}`,
    resume: options.resume && !options.restart,
    validation: dataset.validation,
    inference: settings.inference,
    precision: settings.inference.precision,
    dataRange: settings.scoring.dataRange,
    progress: options.progress,
    warn: (line: string) => say(`warning: ${id}: ${line}`),
    lock: options.lock,
    maxMinutes: options.maxMinutes,
    patchOption: 'training.patch of the profile',
  };
  const training = trainingOf(run, dataset, known);
  await keepStart(run, training, folder);
  const record = await trainNetworks(training, trainOptions, async (trainer, outcome) => {
    options.lock.assertHeld();
    const parameterCounts = countNetworks(trainer);
    const noise = await readLearnedNoise(trainer);
    const pupil = readLearnedPupil(trainer);
    const finished =
      outcome instanceof TrainingFailure
        ? { ...FAILED, error: outcome.message, trainingSeconds: secondsSince(started) }
        : await predict(run, trainer, outcome, dataset, known, folder);
    const made: RunRecord = {
      ...{ id, profile: run.profile, method: run.method, seed, key: run.key, settings },
      ...{ origins: run.origins, parameterCounts, inputs: dataset.hashes },
      ...(noise === null ? {} : { noise }),
      ...(pupil === null ? {} : { pupil }),
      ...finished,
      outputs: await hashOutputs(folder),
      ...origin,
      provenance: await options.clock.stop(
        `npx blurcycle train ${id.replace(/-s\d+$/, '')} --seed ${seed} --profile ${run.profile}`,
      ),
    };
    await writeRunRecord(join(folder, 'record.json'), made);
    return made;
  });
  if (record.status === 'done') await scoreRun(run, folder, record, dataset);
  return record;
}

/** What a run trains, on what. */
export function trainingOf(
  { id, settings, seed }: Pick<ResolvedRun, 'id' | 'settings' | 'seed'>,
  dataset: Pick<PreparedDataset, 'train' | 'unpaired'>,
  known: KnownMicroscope,
): Training {
  const pairs = trainingPairs(dataset, settings.method.sampling);
  const start = kernelStart(settings, recordingOf(settings.dataset), pairs);
  return { id, settings, seed, pairs, known: { ...known, start } };
}

/** Keeps the start of a kernel that the data determine: who scores it has no training volumes. */
async function keepStart(
  { id, seed, settings: { network, dataset } }: ResolvedRun,
  { known: { start = null } }: Training,
  folder: string,
): Promise<void> {
  if (start === null || !startsFromData(network)) return;
  const kernel = startKernelOf(network, seed, dataset.voxelSizeUm, start);
  await writeTiffStack(join(folder, START_KERNEL), kernel, { sampleType: 'float32' });
  const from =
    network.blurKernelInit === 'spectra' ? 'the spectra of both sets' : 'the means of both sets';
  say(`${id}: the kernel starts from ${from}`);
}

/**
 * What a method draws its patches from: pairs, or blurred volumes with the sharp set of other
 * specimens in place of their truths where there is one.
 */
function trainingPairs(
  { train, unpaired }: Pick<PreparedDataset, 'train' | 'unpaired'>,
  sampling: Pairing,
): Pair[] {
  if (sampling === 'paired' || unpaired.length === 0) return withTruth(train);
  return unpairedPairs(
    train.map(({ blurred }) => blurred),
    unpaired,
  );
}

/** The model, and the predictions of the test volumes. */
async function predict(
  run: ResolvedRun,
  trainer: Trainer,
  { selectedUpdate, choices, seconds, beside }: Trained,
  dataset: PreparedDataset,
  known: KnownMicroscope,
  folder: string,
): Promise<Outcome> {
  const { settings } = run;
  const given = { ...dataset, kernel: known.kernel };
  await writeRunModel(join(folder, 'model'), trainer, run, given, selectedUpdate);
  const predicting = performance.now();
  await predictTestVolumes(trainer.networks.sharpGenerator, dataset.test, settings, folder);
  const inferenceSeconds = secondsSince(predicting);
  return {
    ...{ status: 'done', error: null, selectedUpdate },
    choices: describeChoices(choices),
    ...(beside === null ? {} : { beside: await scoreBeside(trainer, beside, dataset, settings) }),
    trainingSeconds: seconds,
    inferenceSeconds,
  };
}

type Outcome = Pick<
  RunRecord,
  | 'status'
  | 'error'
  | 'selectedUpdate'
  | 'choices'
  | 'beside'
  | 'trainingSeconds'
  | 'inferenceSeconds'
>;

const FAILED = {
  status: 'failed',
  selectedUpdate: null,
  choices: {},
  inferenceSeconds: 0,
} as const;

function describeChoices(choices: FitResult['choices']): RunRecord['choices'] {
  const entries = Object.entries(choices).map(([rule, { step, values }]) => [
    rule,
    { update: step, validation: { ...values } },
  ]);
  return Object.fromEntries(entries) as RunRecord['choices'];
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function countNetworks({ networks }: Trainer): Record<string, number> {
  const { sharpGenerator, blurGenerator, discriminators } = networks;
  const judges = Object.entries(discriminators).map(([domain, judge]) => [
    `${domain}Discriminator`,
    countParameters(judge),
  ]);
  return {
    sharpGenerator: countParameters(sharpGenerator),
    ...(blurGenerator === null ? {} : { blurGenerator: countParameters(blurGenerator) }),
    ...(Object.fromEntries(judges) as Record<string, number>),
  };
}
