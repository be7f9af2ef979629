import { basename, join } from 'node:path';
import type { ModelConfig } from '@blurcycle/experiment';
import type { ModelContent } from '@blurcycle/inference';
import { toNetworkScale } from '@blurcycle/stacks';
import { TrainingFailure } from '@blurcycle/training';
import type { Progress, ProgressOptions } from '../contracts.ts';
import { trainNetworks } from '../run/trainNetworks.ts';
import { writeModel } from '../run/writeModel.ts';
import type { PreparedFit } from './prepareFit.ts';

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
 * Trains on prepared data and writes the model folder; a training that was stopped is resumed.
 *
 * @throws {Interrupted} On SIGINT or SIGTERM, once the state is saved.
 * @throws {TrainingFailure} If the training went wrong: see `fit`.
 * @throws {InputError} If a step does not fit the memory of the GPU: one line with a patch that
 *   should.
 */
export async function trainModel(
  prepared: PreparedFit,
  { out, trainingFolder, restart, name, authors, license, optics, ...watch }: TrainModelOptions,
): Promise<ModelContent> {
  const { settings, seed, pairs, kernel, testInput, intensity, voxelSizeUm, data, key } = prepared;
  // The scales of both domains are chosen so that the sum of the kernel is 1.
  const training = { id: 'fit', settings, seed, pairs, knownKernel: kernel };
  const observed = toNetworkScale(testInput, intensity);
  const options = {
    folder: trainingFolder,
    identity: key,
    resume: !restart,
    validation: [{ id: 'fit', blurred: observed, sharp: null }],
    // The test input is no larger than a patch.
    inference: null,
    dataRange: 1,
    progress: watch.progress,
    warn: watch.warn,
    patchOption: '--patch',
  };
  return trainNetworks(training, options, async (trainer, outcome) => {
    if (outcome instanceof TrainingFailure) throw outcome;
    const { selectedUpdate } = outcome;
    const facts = { voxelSizeUm, intensity, optics, authors, license };
    return writeModel(out, trainer, {
      ...{ settings, seed, selectedUpdate, key, data, testInput, knownKernel: kernel },
      facts: { ...facts, name: name ?? basename(join(out)) },
    });
  });
}
