import type { Pairing } from '@blurcycle/core';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pair } from '@blurcycle/data';
import {
  contentHash,
  type ResolvedRun,
  runDirectory,
  type RunRecord,
  writeRunRecord,
} from '@blurcycle/experiment';
import { useRunFolder } from '@blurcycle/files';
import { countParameters } from '@blurcycle/models';
import { unpairedPairs } from '@blurcycle/stacks';
import { type FitResult, type Trainer, TrainingFailure } from '@blurcycle/training';
import type { TrainRunOptions } from '../contracts.ts';
import { withTruth } from '../dataset/datasetFolder.ts';
import { prepareDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { openBackend } from '../openBackend.ts';
import { describeKernel } from '../scores/describeKernel.ts';
import { predictTestVolumes } from '../scores/predictTestVolumes.ts';
import { say } from '../say.ts';
import { hashOutputs } from './hashOutputs.ts';
import { type ProvenanceClock, startProvenance } from './provenance.ts';
import { findRunRecord, runState } from './runState.ts';
import { readSourceHash } from './sourceHash.ts';
import { type Trained, trainNetworks } from './trainNetworks.ts';
import { writeRunModel } from './writeModel.ts';

/**
 * Carries out one training run: data, training, predictions of the test volumes, scores, record.
 *
 * A finished run of the same settings, seed and code is not made again. An unfinished one goes on
 * from its last checkpoint.
 *
 * @throws {InputError} If another process is at the same run, or the results cannot be written;
 *   what was saved stays.
 * @throws {Interrupted} On SIGINT or SIGTERM, after the step is finished and saved; a later call
 *   goes on.
 */
export async function trainRun(run: ResolvedRun, options: TrainRunOptions): Promise<RunRecord> {
  const folder = runDirectory(options.resultsDir, run.profile, run.id);
  const recordPath = join(folder, 'record.json');
  const sourceHash = await readSourceHash();
  const earlier = options.restart ? undefined : findRunRecord(run, options.resultsDir).record;
  if (
    earlier !== undefined &&
    (await runState(run, options.resultsDir, sourceHash)).state === 'done'
  ) {
    say(`${run.id}: up to date`);
    return earlier;
  }
  const backend = await openBackend(options);
  say(`${run.id}: back-end ${backend.name}, ${backend.description}`);
  const clock = await startProvenance(backend);
  return useRunFolder(folder, run.id, async () => {
    await rm(recordPath, { force: true });
    return makeRun(run, folder, { ...options, identity: `${run.key}/${sourceHash}`, clock });
  });
}

interface MakeRunOptions extends TrainRunOptions {
  /**
   * What decides the numbers besides the data: checkpoints of another identity are not continued.
   */
  readonly identity: string;
  readonly clock: ProvenanceClock;
}

async function makeRun(
  run: ResolvedRun,
  folder: string,
  options: MakeRunOptions,
): Promise<RunRecord> {
  const { settings, seed, id } = run;
  const dataset = await prepareDataset(settings.dataset, {
    resultsDir: options.resultsDir,
    profile: run.profile,
    say,
  });
  const started = performance.now();
  const pairs = trainingPairs(dataset, settings.method.sampling);
  const training = { id, settings, seed, pairs, knownKernel: dataset.kernel };
  const trainOptions = {
    folder,
    identity: `${options.identity}/${contentHash(dataset.hashes)}`,
    resume: options.resume && !options.restart,
    validation: dataset.validation,
    inference: settings.inference,
    dataRange: settings.scoring.dataRange,
    progress: options.progress,
    warn: (line: string) => say(`warning: ${id}: ${line}`),
    patchOption: 'training.patch of the profile',
  };
  return trainNetworks(training, trainOptions, async (trainer, outcome) => {
    const parameterCounts = countNetworks(trainer);
    const finished =
      outcome instanceof TrainingFailure
        ? { ...FAILED, error: outcome.message, trainingSeconds: secondsSince(started) }
        : await predictAndScore(run, trainer, outcome, dataset, folder);
    const record: RunRecord = {
      ...{ id, profile: run.profile, method: run.method, seed, key: run.key, settings },
      ...{ origins: run.origins, parameterCounts, inputs: dataset.hashes },
      ...finished,
      outputs: await hashOutputs(folder),
      provenance: await options.clock.stop(
        `npx blurcycle train ${id.replace(/-s\d+$/, '')} --seed ${seed} --profile ${run.profile}`,
      ),
    };
    writeRunRecord(join(folder, 'record.json'), record);
    return record;
  });
}

/** The model, the predictions of the test volumes, their scores and those of the kernel. */
async function predictAndScore(
  run: ResolvedRun,
  trainer: Trainer,
  { selectedUpdate, choices, seconds }: Trained,
  dataset: PreparedDataset,
  folder: string,
): Promise<Outcome> {
  const { settings } = run;
  const trueKernel = settings.dataset.kind === 'tiff-folders' ? null : dataset.kernel;
  const kernel = await describeKernel(trainer, trueKernel, {
    voxelSizeUm: settings.dataset.voxelSizeUm,
    sigmaVoxels: settings.scoring.kernelSmoothingSigmaVoxels,
  });
  await writeRunModel(join(folder, 'model'), trainer, run, dataset, selectedUpdate);
  const predicting = performance.now();
  const predictions = join(folder, 'predictions');
  await rm(predictions, { recursive: true, force: true });
  const { sharpGenerator } = trainer.networks;
  const scores = await predictTestVolumes(sharpGenerator, dataset, settings, predictions);
  return {
    ...{ status: 'done', error: null, selectedUpdate, scores, kernel },
    choices: describeChoices(choices),
    trainingSeconds: seconds,
    inferenceSeconds: secondsSince(predicting),
  };
}

type Outcome = Pick<
  RunRecord,
  | 'status'
  | 'error'
  | 'selectedUpdate'
  | 'choices'
  | 'scores'
  | 'kernel'
  | 'trainingSeconds'
  | 'inferenceSeconds'
>;

const FAILED = {
  status: 'failed',
  selectedUpdate: null,
  choices: {},
  scores: [],
  kernel: null,
  inferenceSeconds: 0,
} as const;

/** Where the sharp set is of other specimens, it stands in for the sharp volumes of the pairs. */
function trainingPairs({ train, unpaired }: PreparedDataset, sampling: Pairing): Pair[] {
  if (sampling === 'paired' || unpaired.length === 0) return withTruth(train);
  return unpairedPairs(
    train.map(({ blurred }) => blurred),
    unpaired,
  );
}

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
