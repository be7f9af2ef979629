import { createVolume, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import type { Trainer } from '@blurcycle/training';
import { tidy } from '@tensorflow/tfjs-core';

/** The kernel that a trainer has learned, as a volume; null for a method that learns none. */
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
