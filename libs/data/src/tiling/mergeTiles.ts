import { assertRange, createVolume, sameShape, voxelIndex, type Volume } from '@blurcycle/core';
import type { TilePlan } from './planTiles.ts';

/**
 * The volume that overlapping tiles make together: in each voxel their weighted mean.
 *
 * @param plan - The plan that the tiles were cut by.
 * @param tiles - One volume for each tile of the plan, in its order.
 */
export function mergeTiles(plan: TilePlan, tiles: readonly Volume[]): Volume {
  assertRange(
    tiles.length === plan.tiles.length,
    'mergeTiles',
    'tiles.length',
    `equal ${plan.tiles.length}, the tiles of the plan`,
    tiles.length,
  );
  const merged = createVolume(plan.shape, tiles[0].voxelSizeUm);
  tiles.forEach((tile, index) => addTile(merged, plan, index, tile));
  return merged;
}

/**
 * Adds one tile times its weights to `merged`, a volume of zeros at first; so tiles need not be
 * kept.
 */
export function addTile(merged: Volume, plan: TilePlan, index: number, tile: Volume): void {
  assertRange(
    sameShape(tile.shape, plan.tile),
    'addTile',
    'tile',
    `have shape [${plan.tile.join(', ')}]`,
    tile.shape,
  );
  const { origin, windows } = plan.tiles[index];
  // The part of the tile that lies in the volume: all of it, unless the volume is smaller.
  const first = origin.map((start) => Math.max(0, -start));
  const end = origin.map((start, axis) => Math.min(plan.tile[axis], plan.shape[axis] - start));
  for (let z = first[0]; z < end[0]; z++) {
    for (let y = first[1]; y < end[1]; y++) {
      const weight = windows[0][z] * windows[1][y];
      const from = voxelIndex(plan.tile, z, y, 0);
      const to = voxelIndex(plan.shape, origin[0] + z, origin[1] + y, origin[2]);
      for (let x = first[2]; x < end[2]; x++) {
        merged.data[to + x] += weight * windows[2][x] * tile.data[from + x];
      }
    }
  }
}
