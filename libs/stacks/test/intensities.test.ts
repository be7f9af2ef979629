import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';

import { randomVolume } from '@blurcycle/core/testing';

import { backgroundLevel } from '../src/backgroundLevel.ts';
import { fromNetworkScale, toNetworkScale } from '../src/intensityScale.ts';
import { unpairedPairs } from '../src/unpairedPairs.ts';
import { describe, expect, it } from 'vitest';

const VOXEL = [0.25, 0.1, 0.1] as const;

/** Bars of brightness 1 on black. */
function bars(): Volume {
  const volume = createVolume([24, 48, 48], VOXEL);
  for (let z = 8; z < 14; z++) {
    for (let y = 12; y < 36; y++)
      for (const x of [20, 21, 22, 30]) volume.data[(z * 48 + y) * 48 + x] = 1;
  }
  return volume;
}

function changed(
  { shape, voxelSizeUm, data }: Volume,
  change: (value: number, i: number) => number,
): Volume {
  return createVolume(shape, voxelSizeUm, data.map(change));
}

describe('backgroundLevel(stack)', () => {
  it("finds the camera's offset under noise, unlike a percentile of voxels", () => {
    const noise = createRandomStream(1, 'test');
    const stack = changed(bars(), (value) => 100 + 500 * value + 20 * noise.normal());
    // Blocks of 256 voxels have a noise of 20 / 16; the lowest percent of some hundred lies 2.3 of
    // those below.
    expect(Math.abs(backgroundLevel(stack) - 100)).toBeLessThan(4);
  });
});

describe('unpairedPairs(blurred, sharp)', () => {
  it('shows every stack of a domain equally often', () => {
    const stacks = (count: number): Volume[] =>
      Array.from({ length: count }, () => createVolume([1, 1, 1], VOXEL));
    const [blurred, sharp] = [stacks(4), stacks(6)];
    const pairs = unpairedPairs(blurred, sharp);
    expect(pairs).toHaveLength(12);
    for (const volume of blurred)
      expect(pairs.filter((pair) => pair.blurred === volume)).toHaveLength(3);
    for (const volume of sharp)
      expect(pairs.filter((pair) => pair.sharp === volume)).toHaveLength(2);
  });
});

describe('toNetworkScale(volume, scale)', () => {
  it('is undone by fromNetworkScale', () => {
    const volume = randomVolume([2, 3, 4], createRandomStream(1, 'test'), { low: 90, high: 4000 });
    const scale = { black: 100, white: 3000 };
    const back = fromNetworkScale(toNetworkScale(volume, scale), scale);
    // float32 rounding of values up to 4000.
    back.data.forEach((value, i) => expect(Math.abs(value - volume.data[i])).toBeLessThan(1e-3));
  });
});
