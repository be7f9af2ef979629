import { createVolume, type Volume } from '@blurcycle/core';
import { cutTile } from './cutTile.ts';
import { addTile } from './mergeTiles.ts';
import { planTiles, type TileOptions } from './planTiles.ts';

/**
 * Applies an operation to a volume of any size, tile by tile, one after the other; overlaps are
 * blended.
 *
 * Memory: one tile and its result beside the two volumes.
 *
 * @param apply - Gives a volume of the shape it gets.
 * @param onTile - Called after each tile, for a progress bar.
 */
export async function applyTiled(
  volume: Volume,
  options: TileOptions,
  apply: (tile: Volume) => Promise<Volume> | Volume,
  onTile?: (done: number, total: number) => void,
): Promise<Volume> {
  const plan = planTiles(volume.shape, options);
  const merged = createVolume(volume.shape, volume.voxelSizeUm);
  for (let i = 0; i < plan.tiles.length; i++) {
    addTile(merged, plan, i, await apply(cutTile(volume, plan, i)));
    onTile?.(i + 1, plan.tiles.length);
  }
  return merged;
}
