/**
 * @file The tiles of a stack and their memory; an entry of its own, `@blurcycle/inference/tiles`,
 *   for pages that announce the memory without loading a network.
 */
import {
  describeViolation,
  formatValue,
  InputError,
  voxelCount,
  type Shape3,
} from '@blurcycle/core';
import { coveringTile, type TileOptions } from '@blurcycle/data';

/** Tiles by the user; what is not given comes from the model. */
export interface TileWishes {
  /** The whole stack at once, normalized by its own statistics. */
  readonly whole: boolean;
  readonly tile: Shape3 | undefined;
  readonly overlap: Shape3 | undefined;
}

/** The U-Net halves every side twice. */
const MULTIPLE = 4;
/** Shortest side of a tile: the statistics of a smaller one hardly mean anything. */
const SHORTEST_TILE_SIDE = 16;
/**
 * Measured with the native back-end at widths 4 to 16 and up to 64x256x256 voxels: 51 to 59 bytes
 * for each voxel and channel.
 */
const BYTES_PER_VOXEL_AND_CHANNEL = 60;

/** Memory in bytes that a U-Net of this width takes for one tile. */
export function tileMemoryBytes(tile: Shape3, width: number): number {
  return BYTES_PER_VOXEL_AND_CHANNEL * width * voxelCount(tile);
}

/**
 * Tiles for a stack: those of the model or of the user, no larger than the stack needs.
 *
 * @throws {InputError} If a side is no multiple of 4, or the overlap is not smaller than the tile.
 */
export function chooseTiles(stack: Shape3, model: TileOptions, wishes: TileWishes): TileOptions {
  const covering = coveringTile(stack, MULTIPLE);
  if (wishes.whole) return { tile: covering, overlap: [0, 0, 0] };
  const { tile = model.tile } = wishes;
  if (!tile.every((side) => Number.isSafeInteger(side) && side > 0 && side % MULTIPLE === 0)) {
    const remedy = 'the network halves every side twice';
    throw new InputError(
      describeViolation('deconvolve', '--tile', 'be multiples of 4', tile, remedy),
    );
  }
  const overlap =
    wishes.overlap ?? mapSides((axis) => Math.min(model.overlap[axis], tile[axis] / 2));
  if (
    !overlap.every((side, axis) => Number.isSafeInteger(side) && side >= 0 && side < tile[axis])
  ) {
    const rule = `be whole numbers below the tile ${formatValue(tile)}`;
    throw new InputError(describeViolation('deconvolve', '--overlap', rule, overlap));
  }
  const fitted = mapSides((axis) => Math.min(tile[axis], covering[axis]));
  return {
    tile: fitted,
    overlap: mapSides((axis) => Math.min(overlap[axis], fitted[axis] - MULTIPLE)),
  };
}

/**
 * Tiles of about half the size, cut along their longest side; null if they are as small as
 * possible.
 */
export function smallerTiles({ tile, overlap }: TileOptions): TileOptions | null {
  const longest = Math.max(...tile);
  if (longest <= SHORTEST_TILE_SIDE) return null;
  const axis = tile.indexOf(longest);
  const halved = Math.max(SHORTEST_TILE_SIDE, Math.ceil(longest / 2 / MULTIPLE) * MULTIPLE);
  const cut = mapSides((i) => (i === axis ? halved : tile[i]));
  // A whole volume had no overlap; once it is cut, a quarter of the side is shared.
  const shared = mapSides((i) =>
    i === axis ? Math.min(Math.max(overlap[i], halved / 4), halved / 2) : overlap[i],
  );
  return { tile: cut, overlap: mapSides((i) => Math.floor(shared[i])) };
}

function mapSides(side: (axis: number) => number): Shape3 {
  return [side(0), side(1), side(2)];
}
