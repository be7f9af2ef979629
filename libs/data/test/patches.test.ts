import {
  createRandomStream,
  createVolume,
  voxelIndex,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../src/dataset/recordPairs.ts';
import { augment, samplePatch, turn } from '../src/patches.ts';

const VOXEL = [0.25, 0.1, 0.1] as const;

/** Every voxel has another value, so that a patch tells where it comes from. */
function numbered(shape: Shape3, offset: number): Volume {
  const volume = createVolume(shape, VOXEL);
  for (let i = 0; i < volume.data.length; i++) volume.data[i] = offset + i;
  return volume;
}

const SHAPE: Shape3 = [6, 9, 8];
const PAIRS: readonly Pair[] = [0, 1, 2].map((i) => ({
  id: `train-${i}`,
  sharp: numbered(SHAPE, 1000 * i),
  blurred: numbered(SHAPE, 1000 * i),
}));

const stream = (name: string) => createRandomStream(4, `test/${name}`);

describe('samplePatch(pairs, stream, shape, pairing)', () => {
  it('cuts the same place out of both volumes of a pair', () => {
    const source = stream('paired');
    for (let i = 0; i < 50; i++) {
      const { sharp, blurred } = samplePatch(PAIRS, source, [4, 4, 4], 'paired');
      expect(sharp.data).toEqual(blurred.data);
      // Voxel (1, 2, 3) of the patch lies that far from its first voxel in the volume.
      expect(blurred.data[voxelIndex(blurred.shape, 1, 2, 3)] - blurred.data[0]).toBe(
        voxelIndex(SHAPE, 1, 2, 3),
      );
    }
  });

  it('draws unpaired patches independently, from every volume and every place', () => {
    const source = stream('unpaired');
    const seen = new Set<number>();
    let same = 0;
    const draws = 6000;
    for (let i = 0; i < draws; i++) {
      const { sharp, blurred } = samplePatch(PAIRS, source, [5, 8, 7], 'unpaired');
      if (sharp.data[0] === blurred.data[0]) same++;
      seen.add(blurred.data[0]);
    }
    // 2 x 2 x 2 places in each of three volumes; missing one of 24 in 6000 draws has a chance of
    // e^-250.
    expect(seen.size).toBe(24);
    // By chance both are the same in 1/24 of the draws: 250 ± 15.5; four and a half standard
    // deviations.
    expect(Math.abs(same - draws / 24)).toBeLessThan(70);
  });

  it('repeats itself for the same stream', () => {
    const draw = () => samplePatch(PAIRS, stream('again'), [4, 4, 4], 'unpaired');
    expect(draw()).toEqual(draw());
  });

  it('rejects a patch larger than the volume and an empty list', () => {
    expect(() => samplePatch(PAIRS, stream('x'), [4, 10, 4], 'paired')).toThrow(
      /^samplePatch: shape must be no larger than the volume \[6, 9, 8\], got \[4, 10, 4\]/,
    );
    expect(() => samplePatch([], stream('x'), [4, 4, 4], 'paired')).toThrow(
      /pairs must hold a pair/,
    );
  });
});

describe('turn(volume, turn)', () => {
  const cube = numbered([3, 3, 3], 0);

  it('moves voxels as a quarter turn does: result(a, b) = source(b, side - 1 - a)', () => {
    const { data } = turn(cube, { plane: [1, 2], quarters: 1, flip: null });
    for (let z = 0; z < 3; z++)
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 3; x++)
          expect(data[voxelIndex(cube.shape, z, y, x)]).toBe(
            cube.data[voxelIndex(cube.shape, z, x, 2 - y)],
          );
  });

  it('gives the volume back after four quarter turns, or two flips', () => {
    for (const plane of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      let turned = cube;
      for (let i = 0; i < 4; i++) turned = turn(turned, { plane, quarters: 1, flip: null });
      expect(turned.data).toEqual(cube.data);
      expect(turn(cube, { plane, quarters: 3, flip: null }).data).toEqual(
        turn(turn(cube, { plane, quarters: 2, flip: null }), { plane, quarters: 1, flip: null })
          .data,
      );
    }
    for (const flip of [0, 1, 2]) {
      const once = turn(cube, { plane: [1, 2], quarters: 0, flip });
      expect(once.data).not.toEqual(cube.data);
      expect(turn(once, { plane: [1, 2], quarters: 0, flip }).data).toEqual(cube.data);
    }
  });

  it('rejects a quarter turn that would change the shape', () => {
    const flat = numbered([2, 3, 3], 0);
    expect(() => turn(flat, { plane: [0, 1], quarters: 1, flip: null })).toThrow(
      /plane must have equal sides/,
    );
  });
});

describe('augment(sample, stream, pairing)', () => {
  it('reaches the rotations about one axis with at most one flip, moving voxels only', () => {
    const cube = numbered([3, 3, 3], 0);
    const sorted = cube.data.slice().sort();
    const source = stream('cube');
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const { blurred } = augment({ blurred: cube, sharp: cube }, source, 'paired');
      seen.add(blurred.data.join());
      expect(blurred.data.slice().sort()).toEqual(sorted);
    }
    // The identity and 9 rotations; with a flip 3 mirrors, 6 diagonal mirrors, 6 rotated mirrors
    // and the point reflection.
    expect(seen.size).toBe(26);
  });

  it('turns both patches of a pair alike, and unpaired ones independently', () => {
    const cube = numbered([4, 4, 4], 0);
    const source = stream('alike');
    let different = 0;
    for (let i = 0; i < 60; i++) {
      const paired = augment({ blurred: cube, sharp: cube }, source, 'paired');
      expect(paired.sharp.data).toEqual(paired.blurred.data);
      const unpaired = augment({ blurred: cube, sharp: cube }, source, 'unpaired');
      if (unpaired.sharp.data.join() !== unpaired.blurred.data.join()) different++;
    }
    expect(different).toBeGreaterThan(30);
  });

  it('keeps the shape of a patch that is no cube, and its planes where it may not tilt', () => {
    const source = stream('flat');
    const flat = numbered([2, 4, 4], 0);
    const bar = numbered([2, 3, 4], 0);
    const firstPlanes = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { blurred } = augment({ blurred: flat, sharp: bar }, source, 'unpaired');
      expect(blurred.shape).toEqual([2, 4, 4]);
      // A plane stays a plane: 16 consecutive numbers in each.
      firstPlanes.add([...blurred.data.slice(0, 16)].sort((a, b) => a - b).join());
    }
    expect(firstPlanes.size).toBe(2);
  });
});
