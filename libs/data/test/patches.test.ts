import {
  createRandomStream,
  createVolume,
  voxelIndex,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../src/dataset/recordPairs.ts';
import { samplePatch } from '../src/patches.ts';

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
