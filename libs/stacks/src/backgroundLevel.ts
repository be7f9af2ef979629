import { type Volume, voxelIndex } from '@blurcycle/core';

/** Averages over this many voxels contain little of the noise of one. */
const BLOCK = [4, 8, 8] as const;
/** Fraction of the blocks that is taken for empty. */
const DARKEST_PART = 0.01;

/**
 * The intensity of a stack where there is nothing: what the darkest 1 % of its 4x8x8 blocks reach
 * on average.
 *
 * A minimum or a low percentile of single voxels lies below the background by some standard
 * deviations of the noise, which adds up over millions of dark voxels; block means do not. In a
 * stack without an empty block it is the haze of the darkest.
 */
export function backgroundLevel({ data, shape }: Volume): number {
  const counts = shape.map((side, axis) => Math.max(1, Math.floor(side / BLOCK[axis])));
  const means: number[] = [];
  for (let bz = 0; bz < counts[0]; bz++) {
    for (let by = 0; by < counts[1]; by++) {
      for (let bx = 0; bx < counts[2]; bx++) means.push(blockMean([bz, by, bx]));
    }
  }
  means.sort((a, b) => a - b);
  return means[Math.floor(DARKEST_PART * means.length)];

  function blockMean(block: readonly number[]): number {
    const from = block.map((place, axis) => place * BLOCK[axis]);
    const to = from.map((place, axis) => Math.min(place + BLOCK[axis], shape[axis]));
    let sum = 0;
    for (let z = from[0]; z < to[0]; z++) {
      for (let y = from[1]; y < to[1]; y++) {
        const row = voxelIndex(shape, z, y, 0);
        for (let x = from[2]; x < to[2]; x++) sum += data[row + x];
      }
    }
    return sum / ((to[0] - from[0]) * (to[1] - from[1]) * (to[2] - from[2]));
  }
}
