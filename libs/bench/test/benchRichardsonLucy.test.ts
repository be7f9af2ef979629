import { describe, expect, it } from 'vitest';
import { benchRichardsonLucy } from '../src/benchRichardsonLucy.ts';

describe('benchRichardsonLucy(side, psfSide, repeat)', () => {
  it('times each border, plain and accelerated, on the grid of its transforms', () => {
    const { shape, psf, runs } = benchRichardsonLucy(12, 5, 1);
    expect([shape, psf]).toEqual([
      [12, 12, 12],
      [5, 5, 5],
    ]);
    expect(runs.map(({ boundary, accelerated, grid }) => [boundary, accelerated, grid])).toEqual([
      ['periodic', false, '12,12,12'],
      ['periodic', true, '12,12,12'],
      ['zero', false, '14,14,14'],
      ['zero', true, '14,14,14'],
      ['weights', false, '16,16,16'],
      ['weights', true, '16,16,16'],
    ]);
    for (const { seconds, msPerUpdate } of runs) {
      expect(msPerUpdate).toBeGreaterThan(0);
      // Nine of the ten updates, at least half of them as slow as the median.
      expect(1000 * seconds).toBeGreaterThan(4 * msPerUpdate);
    }
  });
});
