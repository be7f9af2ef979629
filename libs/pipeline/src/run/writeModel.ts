import type { ResolvedRun } from '@blurcycle/experiment';
import { METHOD_CITATION, modelOfTrainer, testPatch, writeModelFolder } from '@blurcycle/inference';
import { fromNetworkScale } from '@blurcycle/stacks';
import type { Trainer } from '@blurcycle/training';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';

/**
 * Writes what it takes to deconvolve with the trained network, as a model folder that can be handed
 * on.
 *
 * The test input is a part of a training volume: the test volumes stay unseen.
 */
export async function writeModel(
  folder: string,
  trainer: Trainer,
  run: ResolvedRun,
  data: Pick<PreparedDataset, 'train' | 'kernel' | 'facts'>,
  selectedUpdate: number,
): Promise<void> {
  const { method, network, inference, dataset, training } = run.settings;
  const { model, numericalAperture, immersionIndex, emissionWavelengthUm } = dataset.psf;
  const facts = {
    name: `${method.label}, seed ${run.seed}, profile ${run.profile}`,
    method,
    network: { width: network.width, outputBias: network.outputBias },
    inference,
    voxelSizeUm: dataset.voxelSizeUm,
    intensity: data.facts.intensity,
    optics: { model, numericalAperture, immersionIndex, emissionWavelengthUm },
    training: {
      seed: run.seed,
      patch: training.patch,
      updates: training.updates,
      selectedUpdate,
      data:
        dataset.kind === 'tiff-folders'
          ? `${data.train.length} blurred stacks, unmatched sharp stacks`
          : `${data.train.length} simulated volumes of ${dataset.kind}`,
      key: run.key,
    },
    authors: ['the blurcycle authors'],
    license: 'MIT',
    citation: METHOD_CITATION,
  };
  const testInput = fromNetworkScale(
    testPatch(data.train[0].blurred, training.patch),
    data.facts.intensity,
  );
  await writeModelFolder(folder, await modelOfTrainer(trainer, facts, data.kernel, testInput));
}
