import { createVolume, type Shape3, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import { crop } from '@blurcycle/data';
import { MODEL_FORMAT, type ModelConfig } from '@blurcycle/experiment';
import { readGeneratorWeights, type Trainer } from '@blurcycle/training';
import { tidy } from '@tensorflow/tfjs-core';
import { applyModel } from './readModel.ts';
import type { ModelContent } from './writeModelFolder.ts';

/** The kernel that a trainer has learned; null for a method that learns none. */
export async function readBlurKernel(
  trainer: Trainer,
  voxelSizeUm: VoxelSizeUm,
): Promise<Volume | null> {
  const { blurGenerator } = trainer.networks;
  if (
    trainer.method.blurPath !== 'learned-kernel' ||
    blurGenerator === null ||
    !('kernel' in blurGenerator)
  ) {
    return null;
  }
  const kernel = tidy(() => blurGenerator.kernel().clone());
  try {
    return createVolume(kernel.shape, voxelSizeUm, Float32Array.from(await kernel.data()));
  } finally {
    kernel.dispose();
  }
}

/**
 * The middle of a stack, no larger than `patch`, sides multiples of 4: the test input of a model.
 */
export function testPatch(stack: Volume, patch: Shape3): Volume {
  const side = (axis: number): number =>
    Math.floor(Math.min(patch[axis], stack.shape[axis]) / 4) * 4;
  const shape: Shape3 = [side(0), side(1), side(2)];
  const origin = (axis: number): number => Math.floor((stack.shape[axis] - shape[axis]) / 2);
  return crop(stack, [origin(0), origin(1), origin(2)], shape);
}

/** Facts of a model that its trainer does not know. */
export type ModelFacts = Omit<ModelConfig, 'format' | 'kernel' | 'testTolerance'>;

/**
 * Back-ends round differently; normalization amplifies that where a channel hardly varies. A
 * thousandth of the range is above the difference of correct back-ends and far below that of a
 * wrong weight.
 */
const TEST_TOLERANCE = 1e-3;
/**
 * With bfloat16 factors, what differs in the last place of a sum may round to another neighbor,
 * 2^-8 away: three random U-Nets differed by 2e-3 of the range between what multiplies them, and by
 * 4e-3 from float32.
 */
const BFLOAT16_TEST_TOLERANCE = 1e-2;

/**
 * The model that a trainer holds now, with its self-test computed.
 *
 * @param knownKernel - Kernel the method was given; null when it learns one or has none.
 * @param testInput - A small stack in its own intensities, sides multiples of 4.
 * @param origin - Of the known kernel: given, or learned before.
 */
export async function modelOfTrainer(
  trainer: Trainer,
  facts: ModelFacts,
  knownKernel: Volume | null,
  testInput: Volume,
  origin: 'known' | 'learned' = 'known',
): Promise<ModelContent> {
  const learned = await readBlurKernel(trainer, facts.voxelSizeUm);
  // Simulated pairs have the kernel in the data, not in a blur path.
  const knows = trainer.method.blurPath === 'known-psf' || facts.stackScale !== undefined;
  const known = knows ? knownKernel : null;
  const config: ModelConfig = {
    format: MODEL_FORMAT,
    ...facts,
    kernel: learned !== null ? 'learned' : known !== null ? origin : 'none',
    testTolerance:
      facts.inference.precision === 'bfloat16' ? BFLOAT16_TEST_TOLERANCE : TEST_TOLERANCE,
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
