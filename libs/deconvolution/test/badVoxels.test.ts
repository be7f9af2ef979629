import { createRandomStream, createVolume, type Shape3, voxelIndex } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { findBadVoxels } from '../src/badVoxels.ts';

const SHAPE: Shape3 = [6, 20, 24];
const at = (z: number, y: number, x: number): number => voxelIndex(SHAPE, z, y, x);
const options = { hotVoxels: 'mask', saturation: undefined, isRaw: true } as const;

/** A blurred spot on a background, as a camera counts it. */
function spot() {
  const random = createRandomStream(3, 'hot');
  const volume = createVolume(SHAPE, [0.3, 0.1, 0.1]);
  volume.data.forEach((_, i) => {
    const [z, y, x] = [Math.floor(i / 480), Math.floor(i / 24) % 20, i % 24];
    const away = (z - 3) ** 2 + ((y - 10) / 1.5) ** 2 + ((x - 12) / 1.5) ** 2;
    volume.data[i] = Math.round(20 + 900 * Math.exp(-away / 2) + 9 * random.uniform());
  });
  return volume;
}

describe('findBadVoxels(volume, options)', () => {
  it('finds nothing in a sound stack and gives it back', () => {
    const volume = spot();
    expect(findBadVoxels(volume, options)).toEqual({
      ...{ stack: volume, mask: undefined, hot: 0, saturated: 0 },
      ...{ excluded: 0, warnings: [] },
    });
  });

  it('finds a hot voxel and a hot pixel, and puts the median of their neighbors there', () => {
    const volume = spot();
    const hot = [at(2, 4, 5), ...[0, 1, 2, 3, 4, 5].map((z) => at(z, 0, 23))];
    for (const i of hot) volume.data[i] = 60000;
    const found = findBadVoxels(volume, options);
    expect(found.hot).toBe(7);
    expect(found.mask?.reduce((sum, value) => sum + value, 0)).toBe(volume.data.length - 7);
    for (const i of hot) {
      expect(found.mask?.[i]).toBe(0);
      expect(found.stack.data[i]).toBeLessThan(31);
    }
    expect(found.warnings[0]).toContain(
      '7 hot voxels are masked, at (0, 0, 23), (1, 0, 23), (2, 0, 23), ...',
    );
    expect(findBadVoxels(volume, { ...options, hotVoxels: 'keep' }).stack).toBe(volume);
    expect(findBadVoxels(volume, { ...options, isRaw: false }).stack).toBe(volume);
  });

  it.each([
    ['column', (_: number, x: number) => x === 7],
    ['row', (y: number) => y === 3],
  ])('finds a hot %s', (_, isHot) => {
    const volume = spot();
    volume.data.forEach((value, i) => {
      if (isHot(Math.floor(i / 24) % 20, i % 24)) volume.data[i] = value + 3000;
    });
    const { mask, stack } = findBadVoxels(volume, options);
    mask?.forEach((value, i) => expect(value).toBe(isHot(Math.floor(i / 24) % 20, i % 24) ? 0 : 1));
    expect(stack.data[at(0, 3, 7)]).toBeLessThan(31);
  });

  it('takes a stack of single bright voxels as it is', () => {
    const volume = spot();
    for (let i = 0; i < volume.data.length; i += 5) volume.data[i] = 50000;
    expect(findBadVoxels(volume, options).hot).toBe(0);
  });

  it('names saturated voxels, and masks them where that is asked for', () => {
    const volume = spot();
    const flat = createVolume(
      SHAPE,
      volume.voxelSizeUm,
      volume.data.map((value) => Math.min(255, value)),
    );
    const named = findBadVoxels(flat, options);
    expect(named.saturated).toBeGreaterThan(3);
    expect(named.mask).toBeUndefined();
    expect(named.warnings[0]).toContain('at 255 or above: their light is not known');
    for (const saturation of ['auto', 255] as const) {
      const { mask, stack, saturated } = findBadVoxels(flat, { ...options, saturation });
      expect(mask?.filter((value) => value === 0)).toHaveLength(saturated);
      expect(stack).toBe(flat);
    }
  });
});
