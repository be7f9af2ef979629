import { type Precision, standardDeviation, type Volume } from '@blurcycle/core';
import type { Pair } from '@blurcycle/data';
import type { RunSettings } from '@blurcycle/experiment';
import {
  applyWhole,
  explainGpuMemory,
  type InferenceSettings,
  predictVolume,
} from '@blurcycle/inference';
import { meanSquaredError, psnr, ssim } from '@blurcycle/metrics';
import type { FolderLock } from '@blurcycle/files';
import type { Network } from '@blurcycle/models';
import {
  createTrainer,
  disposeTrainer,
  fit,
  type FitResult,
  type KnownMicroscope,
  type SampleSource,
  type Trainer,
  TrainingFailure,
  type ValidationValues,
  type NamedArray,
  needsSurroundings,
  withAverageWeights,
  writeGeneratingWeights,
  writeNetworkWeights,
} from '@blurcycle/training';
import type { Progress, ProgressOptions } from '../contracts.ts';
import type { Observation } from '../dataset/datasetFolder.ts';
import { catchInterruption } from './interruption.ts';
import { createPatchSource, cycleMargin } from './patchSource.ts';
import { type BesideWeights, readBeside } from './scoreBeside.ts';

/** Networks to train: those of an experiment's run, or a model of one's own stacks. */
export interface Training {
  /** Name in messages and beside the progress. */
  readonly id: string;
  readonly settings: Pick<RunSettings, 'method' | 'network' | 'training'>;
  readonly seed: number;
  readonly pairs: readonly Pair[];
  readonly known: KnownMicroscope;
  /** Where patches come from. @defaultValue the pairs, as the method samples them */
  readonly source?: (() => SampleSource) | undefined;
  /** Weights that G starts from, by parameter. @defaultValue random ones of the seed */
  readonly initial?: ReadonlyMap<string, NamedArray> | undefined;
}

/** How a training is carried out, and what watches it. */
export interface TrainNetworksOptions {
  /** Folder of checkpoint/ and metrics.jsonl. */
  readonly folder: string;
  /** What decides the numbers: a checkpoint of another identity is not resumed. */
  readonly identity: string;
  readonly resume: boolean;
  /** Volumes on the networks' scale that are looked at during training; a truth may be missing. */
  readonly validation: readonly Observation[];
  /** Tiles of the validation volumes; null where they are small enough to go through whole. */
  readonly inference: Omit<InferenceSettings, 'precision'> | null;
  /** Of the factors of convolutions when the validation volumes are looked at. */
  readonly precision: Precision;
  readonly dataRange: number;
  readonly progress: (options: ProgressOptions) => Progress;
  readonly warn: (line: string) => void;
  /** Takes what the last weights make of the first validation volume at each look. */
  readonly onLook?: ((blurred: Volume, estimate: Volume) => Promise<void>) | undefined;
  /** Of the folder. */
  readonly lock: Pick<FolderLock, 'assertHeld'>;
  /** When to save the state and stop, in minutes since the start of the process. */
  readonly maxMinutes: number | undefined;
  /** The option or setting to make smaller where a step does not fit the memory of a GPU. */
  readonly patchOption: string;
}

/** A training that reached its last update; the trainer holds the selected weights. */
export interface Trained {
  readonly selectedUpdate: number;
  readonly choices: FitResult['choices'];
  readonly seconds: number;
  /** The other weights of a trainer with a moving average; null without. */
  readonly beside: BesideWeights | null;
}

/** A trainer before its first update, and its patches in the order that follows from the seed. */
export function startTraining({
  settings,
  seed,
  pairs,
  known,
  source: given,
  initial,
}: Omit<Training, 'id'>): { readonly trainer: Trainer; readonly source: SampleSource } {
  const { method, network, training } = settings;
  const margin = cycleMargin(settings);
  const kernel = method.blurPath === 'known-psf' ? known.kernel : null;
  const trainer = createTrainer({
    method,
    network,
    objective: { ...training, cycleMargin: margin },
    seed,
    knownKernel: kernel,
    knownNoise: known.noise,
    kernelStart: known.start ?? null,
  });
  if (initial !== undefined) {
    const { average, networks } = trainer;
    writeNetworkWeights(networks.sharpGenerator, initial);
    if (average !== null) writeNetworkWeights({ parameters: average }, initial);
  }
  if (given !== undefined) return { trainer, source: given() };
  const source = createPatchSource({
    ...training,
    // Only a kernel has a border that spoils the blur of a patch without surroundings.
    sharpMargin: needsSurroundings(method) ? margin : [0, 0, 0],
    pairs,
    sampling: method.sampling,
    kernel,
    seed,
  });
  return { trainer, source };
}

/**
 * Trains to the last update, or resumes where an earlier process was stopped, and hands the trainer
 * over with the weights that the schedule's rule selects.
 *
 * Memory: the trainer is disposed when `use` is done.
 *
 * @param use - Takes the outcome: a finished training, or why it failed (see `fit`).
 * @throws {Interrupted} On SIGINT or SIGTERM or when its time is up, once the state is saved.
 * @throws {InputError} If a step does not fit the memory of the GPU: one line with a patch that
 *   should.
 */
export async function trainNetworks<T>(
  training: Training,
  options: TrainNetworksOptions,
  use: (trainer: Trainer, outcome: Trained | TrainingFailure) => Promise<T>,
): Promise<T> {
  const { trainer, source } = startTraining(training);
  try {
    const outcome = await train(trainer, source, training, options).catch((error: unknown) => {
      if (error instanceof TrainingFailure) return error;
      throw error;
    });
    return await use(trainer, outcome);
  } catch (error) {
    const { method, network, training: schedule } = training.settings;
    const step = { method, width: network.width, patch: schedule.patch };
    throw explainGpuMemory(error, training.id, step, options.patchOption);
  } finally {
    disposeTrainer(trainer);
  }
}

async function train(
  trainer: Trainer,
  source: SampleSource,
  { id, settings }: Training,
  options: TrainNetworksOptions,
): Promise<Trained> {
  const { training } = settings;
  let progress: Progress | undefined;
  const interruption = catchInterruption(options.maxMinutes);
  try {
    const result = await fit(trainer, {
      source,
      schedule: training,
      folder: options.folder,
      identity: options.identity,
      resume: options.resume,
      validate: () => validateTrainer(trainer, options),
      // The time left is reckoned from where this process began, not from update 0.
      onStart: (start) => {
        progress = options.progress({ label: id, total: training.updates, start });
      },
      onStep: (step, { generatorTotal }) => progress?.update(step, { loss: generatorTotal }),
      warn: options.warn,
      beforeWrite: () => options.lock.assertHeld(),
      stop: interruption.signal,
    });
    if (!result.finished) throw interruption.error(id, trainer.step);
    const { selection, choices, seconds } = result;
    if (selection === null)
      throw new Error('internal: a finished fit has validated at its last step');
    const beside = await readBeside(trainer, training);
    writeGeneratingWeights(trainer, selection.weights);
    return { selectedUpdate: selection.step, choices, seconds, beside };
  } finally {
    progress?.stop();
    interruption.release();
  }
}

type ValidationOptions = Pick<
  TrainNetworksOptions,
  'validation' | 'inference' | 'precision' | 'dataRange' | 'onLook'
>;

/** What the validation volumes say of the networks as they are now: the mean over the volumes. */
export async function validateTrainer(
  trainer: Trainer,
  options: ValidationOptions,
): Promise<ValidationValues> {
  const values = await validateWeights(trainer, options);
  if (trainer.average === null || values.psnr === undefined) return values;
  const average = await withAverageWeights(trainer, () =>
    validateWeights(trainer, { ...options, onLook: undefined }),
  );
  const { psnr: psnrAverage = NaN, ssim: ssimAverage = NaN } = average;
  return { ...values, psnrAverage, ssimAverage };
}

async function validateWeights(
  { networks, method }: Trainer,
  { validation, inference, precision, dataRange, onLook }: ValidationOptions,
): Promise<ValidationValues> {
  const { sharpGenerator, blurGenerator } = networks;
  const whole = (network: Network, volume: Volume): Promise<Volume> =>
    applyWhole(network, volume, precision);
  const apply = (network: Network, volume: Volume): Promise<Volume> =>
    inference === null
      ? whole(network, volume)
      : predictVolume(network, volume, { ...inference, precision });
  const each: Record<'psnr' | 'ssim' | 'outputStandardDeviation' | 'cycleResidual', number>[] = [];
  for (const { blurred, sharp } of validation) {
    const estimate = await apply(sharpGenerator, blurred);
    if (each.length === 0) await onLook?.(blurred, estimate);
    // A blur kernel has no statistics of a tile: it takes any volume whole.
    const applyBlur = method.blurPath === 'unet' ? apply : whole;
    const reblurred = blurGenerator === null ? null : await applyBlur(blurGenerator, estimate);
    each.push({
      psnr: sharp === null ? NaN : psnr(estimate, sharp, { dataRange }),
      ssim: sharp === null ? NaN : ssim(estimate, sharp, { dataRange }),
      outputStandardDeviation: standardDeviation(estimate.data),
      cycleResidual: reblurred === null ? NaN : Math.sqrt(meanSquaredError(reblurred, blurred)),
    });
  }
  const mean = (name: keyof (typeof each)[number]): number =>
    each.reduce((sum, one) => sum + one[name], 0) / each.length;
  const knowsTruth = validation.every(({ sharp }) => sharp !== null);
  return {
    outputStandardDeviation: mean('outputStandardDeviation'),
    ...(knowsTruth ? { psnr: mean('psnr'), ssim: mean('ssim') } : {}),
    ...(blurGenerator === null ? {} : { cycleResidual: mean('cycleResidual') }),
  };
}
