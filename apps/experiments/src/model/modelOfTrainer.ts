import { createVolume, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import { MODEL_FORMAT, type ModelConfig } from '@blurcycle/experiment';
import { readGeneratorWeights, type Trainer } from '@blurcycle/training';
import { readBlurKernel } from '../runs/readBlurKernel.ts';
import { applyModel } from './applyModel.ts';
import type { ModelContent } from './writeModelFolder.ts';

/** What a trainer does not know of its model. */
export type ModelFacts = Omit<ModelConfig, 'format' | 'kernel' | 'testTolerance'>;

/**
 * Back-ends round differently; normalization amplifies that where a channel hardly varies. A
 * thousandth of the range is above what correct back-ends differ by and far below what a wrong
 * weight does.
 */
const TEST_TOLERANCE = 1e-3;

/**
 * The model that a trainer holds now, with its self-test computed.
 *
 * @param knownKernel - Kernel the method was given; null when it learns one or has none.
 * @param testInput - A small stack in its own intensities, sides multiples of 4.
 */
export async function modelOfTrainer(
  trainer: Trainer,
  facts: ModelFacts,
  knownKernel: Volume | null,
  testInput: Volume,
): Promise<ModelContent> {
  const learned = await readBlurKernel(trainer, facts.voxelSizeUm);
  const known = trainer.method.blurPath === 'known-psf' ? knownKernel : null;
  const config: ModelConfig = {
    format: MODEL_FORMAT,
    ...facts,
    kernel: learned !== null ? 'learned' : known !== null ? 'known' : 'none',
    testTolerance: TEST_TOLERANCE,
  };
  const input = copyOf(testInput, facts.voxelSizeUm);
  const output = await applyModel({ config, generator: trainer.networks.sharpGenerator }, input);
  return {
    config,
    weights: await readGeneratorWeights(trainer),
    kernel: learned ?? known,
    test: { input, output },
  };
}

/** Files round voxel sizes; the model states one. */
function copyOf({ shape, data }: Volume, voxelSizeUm: VoxelSizeUm): Volume {
  return createVolume(shape, voxelSizeUm, data);
}
