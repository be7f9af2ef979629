import { basename, join } from 'node:path';
import type { ModelConfig } from '@blurcycle/experiment';
import { disposeTrainer, fit, writeGeneratingWeights, type Trainer } from '@blurcycle/training';
import { explainGpuMemory } from '../explainGpuMemory.ts';
import { toNetworkScale } from '../stacks/intensityScale.ts';
import { modelOfTrainer, type ModelFacts } from '../model/modelOfTrainer.ts';
import { METHOD_CITATION } from '../model/modelTerms.ts';
import { writeModelFolder, type ModelContent } from '../model/writeModelFolder.ts';
import type { Progress, ProgressOptions } from '../progress.ts';
import { catchInterruption } from '../runs/interruption.ts';
import { fitSource, fitTrainer } from './fitTrainer.ts';
import type { PreparedFit } from './prepareFit.ts';
import { watchTrainer } from './watchTrainer.ts';

/** Where the model goes and what it is called. */
export interface TrainModelOptions {
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
