import { withPrecision } from '@blurcycle/compute';
import { createVolume, type Precision, type Shape3, type Volume } from '@blurcycle/core';
import { applyTiled } from '@blurcycle/data';
import type { Network } from '@blurcycle/models';
import { tensor5d, tidy } from '@tensorflow/tfjs-core';
import { explainTileMemory } from './gpuMemory.ts';

/** Tile and overlap in voxels, z, y, x, and the precision of the factors of convolutions. */
export interface InferenceSettings {
  readonly tile: Shape3;
  readonly overlap: Shape3;
  readonly precision: Precision;
}

/**
 * Applies a network to a volume of any size, tile by tile; overlapping tiles are blended.
 *
 * Instance normalization takes its statistics from the tile: a tile as large as a training patch
 * sees what it was trained on.
 *
 * @throws {InputError} If a tile does not fit the memory of the GPU: one line with tiles that
 *   should.
 */
export async function predictVolume(
  network: Network,
  volume: Volume,
  settings: InferenceSettings,
): Promise<Volume> {
  try {
    return await applyTiled(volume, settings, (tile) =>
      applyWhole(network, tile, settings.precision),
    );
  } catch (error) {
    throw explainTileMemory(error, 'predictVolume', settings.tile, 'inference.tile of the profile');
  }
}

/** Applies a network to a whole volume at once. */
export async function applyWhole(
  network: Network,
  { data, shape, voxelSizeUm }: Volume,
  precision: Precision,
): Promise<Volume> {
  const output = withPrecision(precision, () =>
    tidy(() => network.apply(tensor5d(data, [1, ...shape, 1]))),
  );
  try {
    return createVolume(shape, voxelSizeUm, Float32Array.from(await output.data()));
  } finally {
    output.dispose();
  }
}
