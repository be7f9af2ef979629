import { assertRange, assertShape, type Shape3 } from '@blurcycle/core';
import { blendingWindows } from './blendingWindows.ts';

/** How a volume is cut. */
export interface TileOptions {
  /** Sides of a tile in voxels; multiples of 4 for the U-Net, which halves them twice. */
  readonly tile: Shape3;
  /** Least overlap of neighbours in voxels; smaller than the tile. */
  readonly overlap: Shape3;
}

/** Where one tile lies, and what each of its voxels counts for in the merged volume. */
export interface Tile {
  /** First voxel; negative where the volume is smaller than the tile. */
  readonly origin: readonly [z: number, y: number, x: number];
  /** Weights along z, y, x; their product is the weight of a voxel. */
  readonly windows: readonly [Float64Array, Float64Array, Float64Array];
}

/** A cut of a volume into overlapping tiles of one size. */
export interface TilePlan {
  readonly shape: Shape3;
  readonly tile: Shape3;
  readonly tiles: readonly Tile[];
}

/**
 * Overlapping tiles that cover a volume of any shape, and weights that sum to 1 in each of its
 * voxels.
 *
 * As few tiles as the overlap allows, spread evenly. Along a side shorter than the tile there is
 * one tile, centred; what it has beyond the volume is filled by reflection (`cutTile`).
 *
 * @throws {RangeError} If the overlap is not smaller than the tile.
 */
export function planTiles(shape: Shape3, { tile, overlap }: TileOptions): TilePlan {
  assertShape('planTiles', 'shape', shape);
  assertShape('planTiles', 'tile', tile);
  assertRange(
    overlap.length === 3 &&
      overlap.every((side, axis) => Number.isSafeInteger(side) && side >= 0 && side < tile[axis]),
    'planTiles',
    'overlap',
    `be three integers from 0 to below the tile [${tile.join(', ')}]`,
    overlap,
  );
  const [z, y, x] = shape.map((side, axis) => planAxis(side, tile[axis], overlap[axis]));
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

/** The smallest tile that takes a volume whole, its sides multiples of `multipleOf`. */
export function coveringTile(shape: Shape3, multipleOf: number): Shape3 {
  const cover = (axis: number): number => Math.ceil(shape[axis] / multipleOf) * multipleOf;
  return [cover(0), cover(1), cover(2)];
}

function planAxis(
  side: number,
  tile: number,
  overlap: number,
): { readonly origins: readonly number[]; readonly windows: readonly Float64Array[] } {
  const count = side <= tile ? 1 : Math.ceil((side - overlap) / (tile - overlap));
  const room = side - tile;
  const origins =
    count === 1
      ? [Math.ceil(room / 2)]
      : Array.from({ length: count }, (_, i) => Math.round((i * room) / (count - 1)));
  return { origins, windows: blendingWindows(side, tile, origins) };
}
