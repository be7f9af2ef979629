import { basename, join } from 'node:path';
import { standardDeviation, type Volume } from '@blurcycle/core';
import type { ModelConfig } from '@blurcycle/experiment';
import {
  applyWhole,
  explainGpuMemory,
  METHOD_CITATION,
  type ModelContent,
  type ModelFacts,
  modelOfTrainer,
  writeModelFolder,
} from '@blurcycle/inference';
import { meanSquaredError } from '@blurcycle/metrics';
import { toNetworkScale } from '@blurcycle/stacks';
import {
  disposeTrainer,
  fit,
  type Trainer,
  type ValidationValues,
  writeGeneratingWeights,
} from '@blurcycle/training';
import { catchInterruption } from '../run/interruption.ts';
import type { Progress, ProgressOptions } from '../contracts.ts';
import { fitSource, fitTrainer } from './fitPlan.ts';
import type { PreparedFit } from './prepareFit.ts';

/**
 * What can be said of the networks without a truth: whether the output varies, and how well its
 * blur explains the data.
 *
 * @param observed - A part of a blurred stack on the network's scale, sides multiples of 4.
 */
async function watchTrainer({ networks }: Trainer, observed: Volume): Promise<ValidationValues> {
  const { sharpGenerator, blurGenerator } = networks;
  const estimate = await applyWhole(sharpGenerator, observed);
  const outputStandardDeviation = standardDeviation(estimate.data);
  if (blurGenerator === null) return { outputStandardDeviation };
  const blurredAgain = await applyWhole(blurGenerator, estimate);
  return {
    outputStandardDeviation,
    cycleResidual: Math.sqrt(meanSquaredError(blurredAgain, observed)),
  };
}

/** Where the model goes and what it is called. */
interface TrainModelOptions {
  /** Folder of the model; its training lives in `trainingFolder`. */
  readonly out: string;
  readonly trainingFolder: string;
  readonly restart: boolean;
  readonly name: string | undefined;
  readonly authors: readonly string[];
  readonly license: string;
  readonly optics: ModelConfig['optics'];
  readonly progress: (options: ProgressOptions) => Progress;
  readonly warn: (line: string) => void;
}

/**
 * Trains on prepared data and writes the model folder; a training that was stopped goes on where it
 * was.
 *
 * @throws {Interrupted} On SIGINT or SIGTERM, once the state is saved.
 * @throws {TrainingFailure} If the training went wrong: see `fit`.
 * @throws {InputError} If a step does not fit the memory of the GPU: one line with a patch that
 *   should.
 */
export async function trainModel(
  prepared: PreparedFit,
  options: TrainModelOptions,
): Promise<ModelContent> {
  const trainer = fitTrainer(prepared);
  try {
    const selectedUpdate = await train(trainer, prepared, options);
    const facts = modelFacts(prepared, options, selectedUpdate);
    const content = await modelOfTrainer(trainer, facts, prepared.kernel, prepared.testInput);
    await writeModelFolder(options.out, content);
    return content;
  } catch (error) {
    const { method, network, training } = prepared.settings;
    const step = { method, width: network.width, patch: training.patch };
    throw explainGpuMemory(error, 'fit', step, '--patch');
  } finally {
    disposeTrainer(trainer);
  }
}

/** @returns The update whose weights the trainer now has. */
async function train(
  trainer: Trainer,
  prepared: PreparedFit,
  { trainingFolder, restart, progress, warn }: TrainModelOptions,
): Promise<number> {
  const { training } = prepared.settings;
  const observed = toNetworkScale(prepared.testInput, prepared.intensity);
  const interruption = catchInterruption();
  let display: Progress | undefined;
  try {
    const result = await fit(trainer, {
      source: fitSource(prepared),
      schedule: training,
      folder: trainingFolder,
      identity: prepared.key,
      resume: !restart,
      validate: () => watchTrainer(trainer, observed),
      onStep: (step, { generatorTotal }) => {
        display ??= progress({ label: 'fit', total: training.updates, start: step - 1 });
        display.update(step, { loss: generatorTotal });
      },
      warn,
      stop: interruption.signal,
    });
    if (!result.finished) throw interruption.error('fit', trainer.step);
    if (result.selection === null)
      throw new Error('internal: a finished fit has validated at its last step');
    writeGeneratingWeights(trainer, result.selection.weights);
    return result.selection.step;
  } finally {
    display?.stop();
    interruption.release();
  }
}

function modelFacts(
  { settings, seed, voxelSizeUm, intensity, data, key }: PreparedFit,
  { out, name, authors, license, optics }: TrainModelOptions,
  selectedUpdate: number,
): ModelFacts {
  const { method, network, training, inference } = settings;
  return {
    name: name ?? basename(join(out)),
    method,
    network: { width: network.width, outputBias: network.outputBias },
    inference,
    voxelSizeUm,
    intensity: { black: intensity.black, white: intensity.white },
    optics,
    training: { seed, patch: training.patch, updates: training.updates, selectedUpdate, data, key },
    authors,
    license,
    citation: METHOD_CITATION,
  };
}
