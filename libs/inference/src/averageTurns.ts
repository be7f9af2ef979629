import { createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { patchSymmetries, turn, type Turn } from '@blurcycle/data';

/** Flips and rotations, one after the other. */
type Turns = readonly Turn[];

/** A tile in, its estimate out. */
type Apply = (tile: Volume) => Promise<Volume>;

const LATERAL = [1, 2] as const;
/** A volume whose voxels tell the turns apart. */
const NUMBERED = createVolume(
  [2, 2, 2],
  [1, 1, 1],
  Float32Array.from({ length: 8 }, (_, i) => i),
);

/**
 * The ways to flip a tile, and to turn it about the optical axis, that leave the PSF as it is: at
 * most 16. First comes none, then flips, along z first, then flips with a quarter turn, which a
 * tile must be square for.
 *
 * @param psf - Of the stack; null where it is not known, when nothing is flipped along z.
 * @param tile - Sides of the tiles.
 */
export function turnsOf(
  psf: Volume | null,
  { voxelSizeUm }: Pick<Volume, 'voxelSizeUm'>,
  tile: Shape3,
): Turns[] {
  const { blurred } = patchSymmetries({
    ...{ augmentation: 'lateral', sampling: 'paired' },
    ...{ kernel: psf, voxelSizeUm },
  });
  const subsets = blurred.flips.reduce<number[][]>(
    (found, axis) => [...found, ...found.map((axes) => [...axes, axis])],
    [[]],
  );
  const isSquare = tile[1] === tile[2];
  const rotations = blurred.quarters.filter((quarters) => isSquare || quarters % 2 === 0);
  const all = rotations.flatMap((quarters) =>
    subsets.map((axes): Turns => [
      ...axes.map((flip): Turn => ({ plane: LATERAL, quarters: 0, flip })),
      ...(quarters === 0 ? [] : [{ plane: LATERAL, quarters, flip: null }]),
    ]),
  );
  // Two flips are a half turn, too: the first way to come to a result counts.
  const seen = new Set<string>();
  return all.filter((turns) => {
    const result = String(turned(NUMBERED, turns).data);
    return !seen.has(result) && seen.add(result);
  });
}

/**
 * x̂ = 1/n Σ T⁻¹ G(T y) over n turns T: what does not depend on the direction in which the network
 * looks stays, its errors average out. Time: n times that of G. Memory: two tiles.
 *
 * Source: the geometric self-ensemble of Lim et al. (2017), arXiv:1707.02921.
 */
export function averageTurns(apply: Apply, turns: readonly Turns[]): Apply {
  if (turns.length === 1) return apply;
  return async (tile) => {
    const sum = new Float32Array(tile.data.length);
    for (const each of turns) {
      const estimate = turned(await apply(turned(tile, each)), inverseOf(each));
      estimate.data.forEach((value, i) => (sum[i] += value));
    }
    const mean = sum.map((value) => value / turns.length);
    return createVolume(tile.shape, tile.voxelSizeUm, mean);
  };
}

function turned(volume: Volume, turns: Turns): Volume {
  return turns.reduce(turn, volume);
}

/** Of turns that either flip or rotate. */
function inverseOf(turns: Turns): Turns {
  return turns.toReversed().map((one) => ({ ...one, quarters: (4 - one.quarters) % 4 }));
}
