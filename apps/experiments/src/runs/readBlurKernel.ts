import { createVolume, type Shape3, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import type { Trainer } from '@blurcycle/training';

/** The kernel that a trainer has learned, as a volume; null for a method that learns none. */
export async function readBlurKernel(trainer: Trainer, voxelSizeUm: VoxelSizeUm): Promise<Volume | null> {
  if (trainer.method.blurPath !== 'learned-kernel') return null;
  const parameter = trainer.networks.blurGenerator?.parameters[0];
  if (parameter === undefined) throw new Error('internal: the learned kernel has no parameter');
  const { variable } = parameter;
  const data = Float32Array.from(await variable.data());
  return createVolume(variable.shape as unknown as Shape3, voxelSizeUm, data);
}
