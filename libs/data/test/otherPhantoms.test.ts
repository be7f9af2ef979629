import { createRandomStream, extent, voxelIndex } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { sameBits } from './sameBits.ts';
import { beads } from '../src/phantoms/beads.ts';
import { hollowBars } from '../src/phantoms/hollowBars.ts';

const stream = (name: string) => createRandomStream(2, `test/${name}`);

describe('beads(options, stream)', () => {
  const options = {
    shape: [32, 64, 64],
    voxelSizeUm: [0.2, 0.1, 0.1],
    radiusUm: 0.4,
    count: 12,
  } as const;
  const { volume, centers } = beads(options, stream('beads'));

  it('draws whole spheres of their volume', () => {
    const drawn = volume.data.reduce((sum, value) => sum + value, 0) * 0.2 * 0.1 * 0.1;
    // 4 %: the soft edge is linear in the distance, not the exact covered part; four voxels for the
    // diameter along z.
    expect(Math.abs(drawn / ((12 * 4 * Math.PI * 0.4 ** 3) / 3) - 1)).toBeLessThan(0.04);
    expect(extent(volume.data)).toEqual([0, 1]);
  });

  it('keeps them apart and tells where they are', () => {
    centers.forEach((a, i) => {
      const nearest = a.map((value, axis) => Math.round(value / options.voxelSizeUm[axis]));
      expect(volume.data[voxelIndex(volume.shape, nearest[0], nearest[1], nearest[2])]).toBe(1);
      for (const b of centers.slice(i + 1)) {
        expect(Math.hypot(...a.map((value, axis) => value - b[axis]))).toBeGreaterThanOrEqual(0.8);
      }
    });
  });

  it('is the same for the same stream', () => {
    expect(sameBits(beads(options, stream('beads')).volume, volume)).toBe(true);
  });

  it('says how many fit', () => {
    expect(() => beads({ ...options, count: 5000 }, stream('full'))).toThrow(
      /must let the beads fit without overlap, got 5000 \(\d+ fitted/,
    );
    expect(() => beads({ ...options, radiusUm: 9 }, stream('big'))).toThrow(
      /let a bead fit into the volume, got 9/,
    );
  });
});

describe('hollowBars(options)', () => {
  const { volume, axes } = hollowBars({
    shape: [33, 128, 64],
    voxelSizeUm: [0.1, 0.1, 0.1],
    radiusUm: 1.2,
  });

  it('has bars with dark cores and bright walls', () => {
    axes.slice(0, 2).forEach(([start], bar) => {
      const z = Math.round(start[0] / 0.1);
      const y = Math.round(start[1] / 0.1);
      const wall = Math.round((0.75 * 1.2) / (bar + 1) / 0.1);
      expect(volume.data[voxelIndex(volume.shape, z, y, 32)]).toBe(0);
      expect(volume.data[voxelIndex(volume.shape, z, y + wall, 32)]).toBe(1);
      expect(volume.data[voxelIndex(volume.shape, z + wall, y, 32)]).toBe(1);
    });
  });

  it('has the volume of its walls', () => {
    const drawn = volume.data.reduce((sum, value) => sum + value, 0) * 0.1 ** 3;
    const section = [1, 2, 3, 4].reduce((sum, i) => sum + Math.PI * (1.2 / i) ** 2 * (1 - 0.25), 0);
    // 3 %: the core of the thinnest bar is three voxels wide, its edges are linear.
    expect(Math.abs(drawn / (section * 0.75 * 64 * 0.1) - 1)).toBeLessThan(0.03);
  });

  it('rejects bars that would touch', () => {
    expect(() =>
      hollowBars({ shape: [9, 9, 9], voxelSizeUm: [0.1, 0.1, 0.1], radiusUm: 1 }),
    ).toThrow(/^hollowBars: radiusUm must be positive and at most 0.1125 µm/);
  });
});
