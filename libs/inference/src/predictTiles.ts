import { createVolume, type Volume, voxelIndex } from '@blurcycle/core';
import { addTile, cutTile, planTiles, type TileOptions, type TilePlan } from '@blurcycle/data';

/**
 * A volume put together from tiles, and how well neighboring tiles agreed before they were
 * blended.
 */
export interface TiledPrediction {
  readonly estimate: Volume;
  readonly tiles: number;
  /**
   * Root mean square difference of two tiles where both show a voxel; null when no tiles overlap.
   */
  readonly mismatch: number | null;
}

/**
 * Applies an operation to a volume tile by tile, blends the overlaps, and measures how far the
 * tiles disagree there.
 *
 * Instance normalization takes its statistics from the tile, so two tiles give two values for one
 * voxel; blending hides the difference, which is therefore measured. Each further value of a voxel
 * is compared with its first.
 *
 * Memory: two volumes beside the input, one tile and its result.
 *
 * @param apply - Gives a volume of the shape it gets.
 */
export async function predictTiles(
  volume: Volume,
  options: TileOptions,
  apply: (tile: Volume) => Promise<Volume>,
  onTile?: (done: number, total: number) => void,
): Promise<TiledPrediction> {
  const plan = planTiles(volume.shape, options);
  const tiles = plan.tiles.length;
  const estimate = createVolume(volume.shape, volume.voxelSizeUm);
  const comparison = createComparison(plan);
  for (let i = 0; i < tiles; i++) {
    const tile = await apply(cutTile(volume, plan, i));
    addTile(estimate, plan, i, tile);
    comparison.add(i, tile);
    onTile?.(i + 1, tiles);
  }
  return { estimate, tiles, mismatch: comparison.rootMeanSquare() };
}

function createComparison({ shape, tile: tileShape, tiles }: TilePlan) {
  const first = new Float32Array(tiles.length > 1 ? shape[0] * shape[1] * shape[2] : 0).fill(NaN);
  let sum = 0;
  let count = 0;
  return {
    add(index: number, tile: Volume): void {
      if (first.length === 0) return;
      const { origin, windows } = tiles[index];
      const start = origin.map((place) => Math.max(0, -place));
      const end = origin.map((place, axis) => Math.min(tileShape[axis], shape[axis] - place));
      for (let z = start[0]; z < end[0]; z++) {
        for (let y = start[1]; y < end[1]; y++) {
          if (windows[0][z] * windows[1][y] === 0) continue;
          const from = voxelIndex(tileShape, z, y, 0);
          const to = voxelIndex(shape, origin[0] + z, origin[1] + y, origin[2]);
          for (let x = start[2]; x < end[2]; x++) {
            if (windows[2][x] === 0) continue;
            const difference = tile.data[from + x] - first[to + x];
            if (Number.isNaN(difference)) first[to + x] = tile.data[from + x];
            else {
              sum += difference ** 2;
              count++;
            }
          }
        }
      }
    },
    rootMeanSquare: (): number | null => (count === 0 ? null : Math.sqrt(sum / count)),
  };
}
