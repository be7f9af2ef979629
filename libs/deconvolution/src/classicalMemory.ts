import { describeViolation, InputError, type Shape3, voxelCount } from '@blurcycle/core';
import type { TileOptions } from '@blurcycle/data';
import type { ClassicalSettings } from '@blurcycle/experiment';

const BYTES_PER_VALUE = 4;
/** Volumes of the stack's shape: the stack, the result, and its copy that is written. */
const STACK_VOLUMES = 3;
/**
 * Volumes of a tile's shape: the data as counts, the expected image, what is cut out of the
 * estimate.
 */
const TILE_VOLUMES = 3;
/**
 * Volumes on the grid of the transform that the methods hold: two spectra, the estimate and the
 * inverse sensitivity; those of the gradient of a penalty or of the solver. Of the spectrum of a
 * thin PSF only its planes are kept.
 */
const GRID_VOLUMES: Readonly<Record<ClassicalSettings['algorithm'], number>> = {
  'richardson-lucy': 5,
  'rl-tv': 6,
  'blind-rl': 10,
  wiener: 11,
  tikhonov: 12,
};
const EXTRAPOLATION_VOLUMES = 2;
/** Of a tile's shape, for `held-out`: both halves of the electrons, and an expected image. */
const HELD_OUT_VOLUMES = 3;

/** Memory in bytes that a classical deconvolution takes beside the program's own. */
export function classicalMemoryBytes(
  stack: Shape3,
  psf: Shape3,
  settings: ClassicalSettings,
  tile: Shape3 = stack,
): number {
  const grid = tile.map((side, axis) => side + psf[axis] - 1);
  const extrapolates = 'accelerated' in settings && settings.accelerated === true;
  const splits = 'stop' in settings && settings.stop === 'held-out';
  const onGrid = GRID_VOLUMES[settings.algorithm] + (extrapolates ? EXTRAPOLATION_VOLUMES : 0);
  return (
    BYTES_PER_VALUE *
    (STACK_VOLUMES * voxelCount(stack) +
      (TILE_VOLUMES + (splits ? HELD_OUT_VOLUMES : 0)) * voxelCount(tile) +
      onGrid * voxelCount([grid[0], grid[1], grid[2]]))
  );
}

/**
 * Throws unless the memory that a deconvolution needs is free.
 *
 * @returns The memory in bytes.
 */
export function assertMemory(
  stack: Shape3,
  psf: Shape3,
  settings: ClassicalSettings,
  tiles: TileOptions | undefined,
  availableBytes: number,
): number {
  const needed = (tile: Shape3 | undefined): number =>
    classicalMemoryBytes(stack, psf, settings, tile);
  const bytes = needed(tiles?.tile);
  if (bytes <= availableBytes) return bytes;
  const fits = (tile: Shape3): boolean => needed(tile) <= availableBytes;
  const tile =
    settings.algorithm === 'blind-rl' ? null : largestTile(tiles?.tile ?? stack, psf, fits);
  throw new InputError(
    describeViolation(
      'deconvolve',
      'the memory for this stack',
      `be free: about ${mebibytes(bytes)} MiB`,
      `${mebibytes(availableBytes)} MiB to take`,
      tile === null ? 'crop the stack, or take another machine' : `give --tile ${tile.join(',')}`,
    ),
  );
}

/** The tile found by halving the longest side; null if none is larger than the PSF allows. */
function largestTile(first: Shape3, psf: Shape3, fits: (tile: Shape3) => boolean): Shape3 | null {
  let tile = first;
  while (!fits(tile)) {
    const axis = tile.indexOf(Math.max(...tile));
    const halved = Math.ceil(tile[axis] / 2);
    // Twice the PSF: neighboring tiles should not share most of their voxels.
    if (halved < 2 * psf[axis]) return null;
    tile = [
      axis === 0 ? halved : tile[0],
      axis === 1 ? halved : tile[1],
      axis === 2 ? halved : tile[2],
    ];
  }
  return tile;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
