import {
  assertRange,
  assertShape,
  createVolume,
  formatValue,
  sameShape,
  voxelCount,
  voxelIndex,
  type Shape3,
  type Volume,
} from '@blurcycle/core';

/** Sizes of the tiles that a volume is cut into. */
export interface TileOptions {
  /** Sides of a tile in voxels; multiples of 4 for the U-Net, which halves them twice. */
  readonly tile: Shape3;
  /** Least overlap of neighbors in voxels; smaller than the tile. */
  readonly overlap: Shape3;
  /**
   * Voxels at the inner sides of a tile that get no weight: what lies behind them belongs to the
   * tile's surroundings, which a network without statistics of the tile then sees as in one piece.
   * Less than half of the overlap. @defaultValue none
   */
  readonly trim?: Shape3;
}

/** Position of one tile, and the weights of its voxels in the merged volume. */
interface Tile {
  /** First voxel; negative where the volume is smaller than the tile. */
  readonly origin: readonly [z: number, y: number, x: number];
  /** Weights along z, y, x; their product is the weight of a voxel. */
  readonly windows: readonly [Float64Array, Float64Array, Float64Array];
}

/** A volume as overlapping tiles of one size. */
export interface TilePlan {
  readonly shape: Shape3;
  readonly tile: Shape3;
  readonly tiles: readonly Tile[];
}

/**
 * Overlapping tiles that cover a volume of any shape, and weights that sum to 1 in each of its
 * voxels.
 *
 * As few tiles as the overlap allows, at equal distances. Along a side shorter than the tile there
 * is one centered tile; `cutTile` fills the part beyond the volume by reflection.
 *
 * @throws {RuleError} If the overlap is not smaller than the tile.
 */
export function planTiles(shape: Shape3, { tile, overlap, trim = NO_TRIM }: TileOptions): TilePlan {
  assertShape('planTiles', 'shape', shape);
  assertShape('planTiles', 'tile', tile);
  assertRange(
    overlap.length === 3 &&
      overlap.every((side, axis) => Number.isSafeInteger(side) && side >= 0 && side < tile[axis]),
    'planTiles',
    'overlap',
    `be three integers from 0 to below the tile ${formatValue(tile)}`,
    overlap,
  );
  assertRange(
    trim.every((width, axis) => width === 0 || 2 * width < overlap[axis]),
    'planTiles',
    'trim',
    `be less than half of the overlap ${formatValue(overlap)}`,
    trim,
  );
  const [z, y, x] = shape.map((side, axis) =>
    planAxis(side, tile[axis], overlap[axis], trim[axis]),
  );
  const tiles: Tile[] = [];
  for (const [i, originZ] of z.origins.entries()) {
    for (const [j, originY] of y.origins.entries()) {
      for (const [k, originX] of x.origins.entries()) {
        tiles.push({
          origin: [originZ, originY, originX],
          windows: [z.windows[i], y.windows[j], x.windows[k]],
        });
      }
    }
  }
  return { shape, tile, tiles };
}

const NO_TRIM: Shape3 = [0, 0, 0];

/** The smallest tile that holds a whole volume, its sides multiples of `multipleOf`. */
export function coveringTile(shape: Shape3, multipleOf: number): Shape3 {
  const cover = (axis: number): number => Math.ceil(shape[axis] / multipleOf) * multipleOf;
  return [cover(0), cover(1), cover(2)];
}

function planAxis(
  side: number,
  tile: number,
  overlap: number,
  trim: number,
): { readonly origins: readonly number[]; readonly windows: readonly Float64Array[] } {
  const count = side <= tile ? 1 : Math.ceil((side - overlap) / (tile - overlap));
  const room = side - tile;
  const origins =
    count === 1
      ? [Math.ceil(room / 2)]
      : Array.from({ length: count }, (_, i) => Math.round((i * room) / (count - 1)));
  return { origins, windows: blendingWindows(side, tile, origins, trim) };
}

/**
 * The weights of the tiles along one side of a volume: they sum to 1 in each of its voxels.
 *
 * Each weight falls as sin² towards the neighbor over the whole overlap, so that voxels near the
 * edge of a tile, where the network sees least of the surroundings, have the least weight; at the
 * border of the volume no weight falls. Where more than two tiles meet, or overlaps differ by a
 * voxel, division by the sum of the weights keeps it 1.
 *
 * @param side - Voxels of the volume along this side.
 * @param tile - Voxels of a tile.
 * @param origins - First voxels of the tiles, ascending.
 * @returns One window for each tile; 0 where the tile leaves the volume.
 */
function blendingWindows(
  side: number,
  tile: number,
  origins: readonly number[],
  trim: number,
): Float64Array[] {
  const windows = origins.map((origin, i) => {
    const before = i === 0 ? 0 : origins[i - 1] + tile - origin;
    const after = i === origins.length - 1 ? 0 : origin + tile - origins[i + 1];
    return Float64Array.from({ length: tile }, (_, index) => {
      if (origin + index < 0 || origin + index >= side) return 0;
      return ramp(index, before, trim) * ramp(tile - 1 - index, after, trim);
    });
  });
  const sums = new Float64Array(side);
  windows.forEach((window, i) =>
    window.forEach((weight, index) => {
      if (weight > 0) sums[origins[i] + index] += weight;
    }),
  );
  return windows.map((window, i) =>
    window.map((weight, index) => (weight > 0 ? weight / sums[origins[i] + index] : 0)),
  );
}

/** Rises from near 0 at the edge of the tile, trimmed or not, to 1 at the end of the overlap. */
function ramp(distance: number, overlap: number, trim: number): number {
  if (overlap === 0 || distance >= overlap - trim) return 1;
  if (distance < trim) return 0;
  return Math.sin((Math.PI / 2) * ((distance - trim + 0.5) / (overlap - 2 * trim))) ** 2;
}

/**
 * One tile of a volume; voxels beyond the volume show its mirror image about the center of the
 * border voxel.
 */
export function cutTile(volume: Volume, plan: TilePlan, index: number): Volume {
  const { tile, tiles } = plan;
  const [fromZ, fromY, fromX] = tiles[index].origin.map((origin, axis) =>
    Int32Array.from({ length: tile[axis] }, (_, i) => reflect(origin + i, volume.shape[axis])),
  );
  const data = new Float32Array(voxelCount(tile));
  let to = 0;
  for (const z of fromZ) {
    for (const y of fromY) {
      const row = voxelIndex(volume.shape, z, y, 0);
      for (const x of fromX) data[to++] = volume.data[row + x];
    }
  }
  return createVolume(tile, volume.voxelSizeUm, data);
}

/** The index from 0 to side - 1 that reflection at both borders maps `index` to. */
function reflect(index: number, side: number): number {
  const period = Math.max(1, 2 * side - 2);
  const phase = ((index % period) + period) % period;
  return phase < side ? phase : period - phase;
}

/**
 * Merges overlapping tiles into one volume: in each voxel their weighted mean.
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
 * Adds one tile times its weights to `merged`, which is a volume of zeros before the first tile.
 * For callers that do not keep all tiles in memory.
 */
export function addTile(merged: Volume, plan: TilePlan, index: number, tile: Volume): void {
  assertRange(
    sameShape(tile.shape, plan.tile),
    'addTile',
    'tile',
    `have shape ${formatValue(plan.tile)}`,
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

/**
 * Applies an operation to a volume of any size, tile by tile, one after the other; overlaps are
 * blended.
 *
 * Memory: one tile and its result beside the two volumes.
 *
 * @param apply - Returns a volume of the shape of its argument.
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
