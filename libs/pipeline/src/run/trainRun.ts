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
import { explainGpuMemory } from '@blurcycle/inference';
import { countParameters } from '@blurcycle/models';
import { unmatchedPairs } from '@blurcycle/stacks';
import {
  createTrainer,
  disposeTrainer,
  fit,
  type FitResult,
  type Trainer,
  TrainingFailure,
  writeGeneratingWeights,
} from '@blurcycle/training';
import type { Progress, TrainRunOptions } from '../contracts.ts';
import { openBackend } from '../openBackend.ts';
import { withTruth } from '../dataset/datasetFolder.ts';
import { prepareDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { describeKernel } from '../scores/describeKernel.ts';
import { predictTestVolumes } from '../scores/predictTestVolumes.ts';
import { say } from '../say.ts';
import { hashOutputs } from './hashOutputs.ts';
import { catchInterruption } from './interruption.ts';
import { createPatchSource, cycleMargin } from './patchSource.ts';
import { type ProvenanceClock, startProvenance } from './provenance.ts';
import { findRunRecord, runState } from './runState.ts';
import { readSourceHash } from './sourceHash.ts';
import { validateTrainer } from './validateTrainer.ts';
import { writeModel } from './writeModel.ts';

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
  const dataset = await prepareDataset(run.settings.dataset, {
    resultsDir: options.resultsDir,
    profile: run.profile,
    say,
  });
  const trainer = createTrainer({
    method: run.settings.method,
    network: run.settings.network,
    objective: { ...run.settings.training, cycleMargin: cycleMargin(run.settings) },
    seed: run.seed,
    knownKernel: run.settings.method.blurPath === 'known-psf' ? dataset.kernel : null,
  });
  try {
    return await trainAndScore(run, trainer, dataset, folder, options);
  } catch (error) {
    const { method, network, training } = run.settings;
    const step = { method, width: network.width, patch: training.patch };
    throw explainGpuMemory(error, run.id, step, 'training.patch of the profile');
  } finally {
    disposeTrainer(trainer);
  }
}

async function trainAndScore(
  run: ResolvedRun,
  trainer: Trainer,
  dataset: PreparedDataset,
  folder: string,
  options: MakeRunOptions,
): Promise<RunRecord> {
  const { settings } = run;
  const { training, method } = settings;
  const started = performance.now();
  const source = createPatchSource({
    ...training,
    sharpMargin: method.blurPath === 'none' ? [0, 0, 0] : cycleMargin(run.settings),
    pairs: trainingPairs(dataset, method.sampling),
    sampling: method.sampling,
    seed: run.seed,
  });
  const { clock } = options;
  const finish = async (outcome: Outcome): Promise<RunRecord> => {
    const record: RunRecord = {
      id: run.id,
      profile: run.profile,
      method: run.method,
      seed: run.seed,
      key: run.key,
      settings,
      origins: run.origins,
      parameterCounts: countNetworks(trainer),
      inputs: dataset.hashes,
      ...outcome,
      outputs: await hashOutputs(folder),
      provenance: await clock.stop(
        `npx blurcycle train ${run.id.replace(/-s\d+$/, '')} --seed ${run.seed} --profile ${run.profile}`,
      ),
    };
    writeRunRecord(join(folder, 'record.json'), record);
    return record;
  };

  let progress: Progress | undefined;
  const interruption = catchInterruption();
  let result;
  try {
    result = await fit(trainer, {
      source,
      schedule: training,
      folder,
      identity: `${options.identity}/${contentHash(dataset.hashes)}`,
      resume: options.resume && !options.restart,
      validate: () => validateTrainer(trainer, dataset.validation, settings),
      // From where it goes on, so that the time left is not reckoned from updates of an earlier
      // process.
      onStart: (start) => {
        progress = options.progress({ label: run.id, total: training.updates, start });
      },
      onStep: (step, { generatorTotal }) => progress?.update(step, { loss: generatorTotal }),
      warn: (line) => say(`warning: ${run.id}: ${line}`),
      stop: interruption.signal,
    });
    if (!result.finished) throw interruption.error(run.id, trainer.step);
  } catch (error) {
    if (!(error instanceof TrainingFailure)) throw error;
    return await finish({
      ...FAILED,
      error: error.message,
      trainingSeconds: secondsSince(started),
    });
  } finally {
    progress?.stop();
    interruption.release();
  }
  const { selection, seconds: trainingSeconds } = result;
  if (selection === null)
    throw new Error('internal: a finished fit has validated at its last step');
  writeGeneratingWeights(trainer, selection.weights);
  const trueKernel = settings.dataset.kind === 'tiff-folders' ? null : dataset.kernel;
  const kernel = await describeKernel(trainer, trueKernel, {
    voxelSizeUm: settings.dataset.voxelSizeUm,
    sigmaVoxels: settings.scoring.kernelSmoothingSigmaVoxels,
  });
  await writeModel(join(folder, 'model'), trainer, run, dataset, selection.step);
  const predicting = performance.now();
  await rm(join(folder, 'predictions'), { recursive: true, force: true });
  const scores = await predictTestVolumes(
    trainer.networks.sharpGenerator,
    dataset,
    settings,
    join(folder, 'predictions'),
  );
  return finish({
    status: 'done',
    error: null,
    selectedUpdate: selection.step,
    choices: describeChoices(result.choices),
    scores,
    kernel,
    trainingSeconds,
    inferenceSeconds: secondsSince(predicting),
  });
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
function trainingPairs(
  { train, unmatched }: PreparedDataset,
  sampling: 'paired' | 'unpaired',
): Pair[] {
  if (sampling === 'paired' || unmatched.length === 0) return withTruth(train);
  return unmatchedPairs(
    train.map(({ blurred }) => blurred),
    unmatched,
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
