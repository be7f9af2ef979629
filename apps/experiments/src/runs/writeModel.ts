import { join } from 'node:path';
import { writeTiffStack } from '@blurcycle/data';
import type { ResolvedRun } from '@blurcycle/experiment';
import { readGeneratorWeights, writeArrayFile, type Trainer } from '@blurcycle/training';
import { readBlurKernel } from './readBlurKernel.ts';

/**
 * Writes what it takes to deconvolve with the trained network: `generator.weights`, and `kernel.tif` where the method has
 * a blur kernel.
 */
export async function writeModel(folder: string, trainer: Trainer, run: ResolvedRun): Promise<void> {
  const { method, network, inference, dataset } = run.settings;
  const header = {
    format: 'blurcycle-generator/1',
    run: { id: run.id, profile: run.profile, key: run.key },
    method,
    network: { width: network.width, outputBias: network.outputBias },
    inference,
    voxelSizeUm: dataset.voxelSizeUm,
  };
  await writeArrayFile(join(folder, 'generator.weights'), {
    header,
    arrays: await readGeneratorWeights(trainer),
  });
  const kernel = await readBlurKernel(trainer, dataset.voxelSizeUm);
  if (kernel !== null) await writeTiffStack(join(folder, 'kernel.tif'), kernel, { sampleType: 'float32' });
}
