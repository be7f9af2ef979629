import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyTiled, coveringTile, cutTile, mergeTiles, planTiles } from '../src/tiles.ts';

function randomVolume(shape: Shape3): Volume {
  const stream = createRandomStream(6, 'test/tiling');
  const volume = createVolume(shape, [0.25, 0.1, 0.1]);
  for (let i = 0; i < volume.data.length; i++) volume.data[i] = stream.normal();
  return volume;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

const side = fc.integer({ min: 1, max: 23 });
const tileSide = fc.constantFrom(4, 8, 12);
const shapes = fc.record({
  shape: fc.tuple(side, side, side),
  tile: fc.tuple(tileSide, tileSide, tileSide),
  overlap: fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
  ),
});

describe('planTiles(shape, options), cutTile, mergeTiles', () => {
  it('give the volume back when nothing is done to the tiles, for any shape, also smaller than a tile', () => {
    fc.assert(
      fc.property(shapes, ({ shape, tile, overlap }) => {
        const volume = randomVolume(shape);
        const plan = planTiles(shape, { tile, overlap });
        const tiles = plan.tiles.map((_, i) => cutTile(volume, plan, i));
        tiles.forEach((part) => expect(part.shape).toEqual(tile));
        const merged = mergeTiles(plan, tiles);
        // 1e-6 for values up to 4: float32 rounding of a sum of at most eight weighted terms.
        expect(largestDifference(merged.data, volume.data)).toBeLessThan(1e-6);
      }),
      { seed: 20, numRuns: 120 },
    );
  });

  it('weigh every voxel with 1 in all', () => {
    const shape: Shape3 = [10, 21, 17];
    const plan = planTiles(shape, { tile: [8, 8, 8], overlap: [2, 4, 3] });
    const ones = createVolume([8, 8, 8], [1, 1, 1]);
    ones.data.fill(1);
    const merged = mergeTiles(
      plan,
      plan.tiles.map(() => ones),
    );
    expect(
      largestDifference(merged.data, new Float32Array(merged.data.length).fill(1)),
    ).toBeLessThan(1e-6);
  });

  it('overlap by at least what is asked, and no more tiles than that needs', () => {
    const plan = planTiles([128, 256, 512], { tile: [64, 64, 64], overlap: [32, 32, 32] });
    // The tiles of the paper's volume at its inferred tile and overlap: 3 x 7 x 15.
    expect(plan.tiles.length).toBe(315);
    const starts = [...new Set(plan.tiles.map(({ origin }) => origin[2]))];
    starts
      .slice(1)
      .forEach((start, i) => expect(starts[i] + 64 - start).toBeGreaterThanOrEqual(32));
    expect(starts.at(-1)).toBe(512 - 64);
  });

  it('let the voxels near the edge of a tile count least', () => {
    const { tiles } = planTiles([8, 8, 28], { tile: [8, 8, 16], overlap: [0, 0, 4] });
    const [left, right] = tiles.map(({ windows }) => windows[2]);
    // The four shared voxels: the left one fades as the right one comes.
    const fading = [...left.slice(12)];
    expect(fading).toEqual([...fading].sort((a, b) => b - a));
    expect(fading[3]).toBeLessThan(0.05);
    expect(right[0]).toBeLessThan(0.05);
    expect(left[0]).toBe(1);
  });

  it('blend two tiles that disagree without a seam', () => {
    const plan = planTiles([4, 4, 40], { tile: [4, 4, 24], overlap: [0, 0, 8] });
    const constant = [0, 1].map((value) => {
      const tile = createVolume([4, 4, 24], [1, 1, 1]);
      tile.data.fill(value);
      return tile;
    });
    const row = mergeTiles(plan, constant).data.slice(0, 40);
    for (let x = 1; x < 40; x++) {
      expect(row[x]).toBeGreaterThanOrEqual(row[x - 1]);
      // The steepest step of a sin² over eight voxels is sin(π/8)/2 = 0.19; a seam would be 1.
      expect(row[x] - row[x - 1]).toBeLessThan(0.2);
    }
  });

  it('fill a tile beyond the volume by reflection', () => {
    const volume = createVolume([1, 1, 4], [1, 1, 1], Float32Array.of(10, 11, 12, 13));
    const plan = planTiles([1, 1, 4], { tile: [1, 1, 8], overlap: [0, 0, 0] });
    expect([...cutTile(volume, plan, 0).data]).toEqual([12, 11, 10, 11, 12, 13, 12, 11]);
  });

  it('reject an overlap that is no overlap', () => {
    expect(() => planTiles([8, 8, 8], { tile: [4, 4, 4], overlap: [0, 4, 0] })).toThrow(
      /^planTiles: overlap must be three integers from 0 to below the tile \[4, 4, 4\], got \[0, 4, 0\]/,
    );
  });
});

describe('applyTiled(volume, options, apply)', () => {
  it('equals a local operation on the whole volume, whatever the tiles', async () => {
    const volume = randomVolume([9, 14, 21]);
    const square = (part: Volume): Volume => ({
      ...part,
      data: part.data.map((value) => value * value),
    });
    const seen: string[] = [];
    const result = await applyTiled(
      volume,
      { tile: [8, 8, 8], overlap: [2, 2, 2] },
      (tile) => Promise.resolve(square(tile)),
      (done, total) => seen.push(`${done}/${total}`),
    );
    // 1e-5 for squares up to 16: float32 rounding.
    expect(largestDifference(result.data, square(volume).data)).toBeLessThan(1e-5);
    expect(seen.at(-1)).toBe('16/16');
    expect(seen.length).toBe(16);
  });
});

describe('planTiles with trim', () => {
  it('gives no weight to the inner sides of tiles, all of it to what is left, and spares the border', () => {
    const options = { tile: [4, 12, 12], overlap: [0, 8, 8], trim: [0, 3, 2] } as const;
    const plan = planTiles([4, 30, 30], options);
    for (const { origin, windows } of plan.tiles) {
      for (const [axis, width] of [
        [1, 3],
        [2, 2],
      ] as const) {
        const window = windows[axis];
        for (let i = 0; i < width; i++) {
          expect(window[i] === 0).toBe(origin[axis] > 0);
          expect(window[11 - i] === 0).toBe(origin[axis] + 12 < 30);
        }
      }
    }
    const volume = createVolume([4, 30, 30], [1, 1, 1], new Float32Array(3600).fill(1));
    const tiles = plan.tiles.map((_, i) => cutTile(volume, plan, i));
    // The weights sum to 1 up to float32 rounding.
    for (const value of mergeTiles(plan, tiles).data)
      expect(Math.abs(value - 1)).toBeLessThan(1e-6);
  });

  it('refuses a trim of half the overlap', () => {
    const options = { tile: [4, 4, 4], overlap: [0, 0, 2], trim: [0, 0, 1] } as const;
    expect(() => planTiles([4, 4, 9], options)).toThrow('trim must be less than half');
  });
});

describe('coveringTile(shape, multipleOf)', () => {
  it('is the next multiple', () => {
    expect(coveringTile([50, 64, 1], 4)).toEqual([52, 64, 4]);
  });
});
