import { createVolume, voxelCount, voxelIndex, type Volume } from '@blurcycle/core';
import type { TilePlan } from './planTiles.ts';

/**
 * One tile of a volume; voxels beyond it show its mirror image about the centre of the border
 * voxel.
 */
export function cutTile(volume: Volume, plan: TilePlan, index: number): Volume {
  const { tile, tiles } = plan;
  const places = tiles[index].origin.map((origin, axis) =>
    Int32Array.from({ length: tile[axis] }, (_, i) => reflect(origin + i, volume.shape[axis])),
  );
  const data = new Float32Array(voxelCount(tile));
  let to = 0;
  for (const z of places[0]) {
    for (const y of places[1]) {
      const row = voxelIndex(volume.shape, z, y, 0);
      for (const x of places[2]) data[to++] = volume.data[row + x];
    }
  }
  return createVolume(tile, volume.voxelSizeUm, data);
}

/** The place inside 0 ... side - 1 that a mirror at each border shows at `place`. */
function reflect(place: number, side: number): number {
  const period = Math.max(1, 2 * side - 2);
  const turn = ((place % period) + period) % period;
  return turn < side ? turn : period - turn;
}
