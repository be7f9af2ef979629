import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { randomVolume } from '@blurcycle/core/testing';
import { turn } from '@blurcycle/data';
import { describe, expect, it } from 'vitest';
import { averageTurns, turnsOf } from '../src/averageTurns.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;
const SQUARE = [4, 6, 6] as const;
const tileOf = (shape: Shape3): Volume =>
  randomVolume(shape, createRandomStream(1, 'test'), { low: 0, high: 1 });

/** A Gaussian that is round about the axis, and brighter above than below by a part. */
function psf(tilt: number, voxelSizeUm: Volume['voxelSizeUm'] = VOXEL): Volume {
  const volume = createVolume([5, 5, 5], voxelSizeUm);
  for (let z = -2; z <= 2; z++)
    for (let y = -2; y <= 2; y++)
      for (let x = -2; x <= 2; x++)
        volume.data[((z + 2) * 5 + y + 2) * 5 + x + 2] =
          Math.exp(-(z * z + y * y + x * x) / 2) * (1 + tilt * z);
  return volume;
}

const flips = (turns: ReturnType<typeof turnsOf>[number]): (number | null)[] =>
  turns.filter(({ quarters }) => quarters === 0).map(({ flip }) => flip);

describe('turnsOf(psf, stack)', () => {
  const stack = { voxelSizeUm: VOXEL };

  it('has all 16 for a symmetric PSF: none, flips, along z first, then quarter turns', () => {
    const turns = turnsOf(psf(0), stack, SQUARE);
    expect(turns).toHaveLength(16);
    expect(turns.slice(0, 4).map(flips)).toEqual([[], [0], [1], [0, 1]]);
    const turned = turns.map((each) => each.some(({ quarters }) => quarters > 0));
    expect(turned).toEqual([
      ...new Array<boolean>(8).fill(false),
      ...new Array<boolean>(8).fill(true),
    ]);
  });

  it('flips nothing along z where the PSF is not the same below, or not known', () => {
    for (const kernel of [psf(0.2), null]) {
      const turns = turnsOf(kernel, stack, SQUARE);
      expect(turns).toHaveLength(8);
      expect(turns.flatMap(flips)).not.toContain(0);
    }
  });

  it('turns by no quarter where tiles are not square', () => {
    expect(turnsOf(psf(0), stack, [4, 6, 8])).toHaveLength(8);
    expect(turnsOf(psf(0.2), stack, [4, 6, 8])).toHaveLength(4);
  });

  it('turns by no quarter where voxels are not square', () => {
    const voxelSizeUm = [0.25, 0.1, 0.2] as const;
    const turns = turnsOf(psf(0, voxelSizeUm), { voxelSizeUm }, SQUARE);
    expect(turns).toHaveLength(8);
    expect(turns.flat().every(({ quarters }) => quarters === 0)).toBe(true);
  });
});

describe('averageTurns(apply, turns)', () => {
  const all = turnsOf(psf(0), { voxelSizeUm: VOXEL }, SQUARE);
  /** Moves everything along x, which depends on the direction. */
  const moved = ({ shape, voxelSizeUm, data }: Volume): Promise<Volume> =>
    Promise.resolve(
      createVolume(
        shape,
        voxelSizeUm,
        data.map((_, i) => data[(i + 1) % data.length]),
      ),
    );

  it('is the estimate itself where that turns with the tile', async () => {
    const tile = tileOf([4, 6, 6]);
    const average = await averageTurns((each) => Promise.resolve(each), all)(tile);
    // Sums of 16 float32 numbers up to 1.
    average.data.forEach((value, i) => expect(Math.abs(value - tile.data[i])).toBeLessThan(1e-5));
  });

  it('turns with the tile, whatever the network does', async () => {
    const tile = tileOf([4, 6, 6]);
    const apply = averageTurns(moved, all);
    const average = await apply(tile);
    for (const one of all.flat()) {
      const other = await apply(turn(tile, one));
      const expected = turn(average, one);
      // The same numbers, added in another order.
      other.data.forEach((value, i) =>
        expect(Math.abs(value - expected.data[i])).toBeLessThan(1e-5),
      );
    }
    const plain = await moved(tile);
    expect(average.data).not.toEqual(plain.data);
  });

  it('changes nothing with one turn', () => {
    expect(averageTurns(moved, all.slice(0, 1))).toBe(moved);
  });
});
