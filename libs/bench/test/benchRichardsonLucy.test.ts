import { backendReport, selectBackend } from '@blurcycle/compute';
import { offerSoftwareGpu } from '@blurcycle/compute/testing';
import { describe, expect, it } from 'vitest';
import { benchRichardsonLucyOnGpu } from '../src/benchRichardsonLucyOnGpu.ts';
import { benchRichardsonLucy } from '../src/benchRichardsonLucy.ts';

describe('benchRichardsonLucy(shape, psfSide, repeat)', () => {
  it('times each border, plain and accelerated, on the grid of its transforms', () => {
    const { shape, psf, runs } = benchRichardsonLucy([12, 10, 14], 5, 1);
    expect([shape, psf]).toEqual([
      [12, 10, 14],
      [5, 5, 5],
    ]);
    expect(runs.map(({ boundary, accelerated, grid }) => [boundary, accelerated, grid])).toEqual([
      ['periodic', false, '12,10,14'],
      ['periodic', true, '12,10,14'],
      ['zero', false, '14,12,16'],
      ['zero', true, '14,12,16'],
      ['weights', false, '16,14,18'],
      ['weights', true, '16,14,18'],
    ]);
    for (const { seconds, msPerUpdate } of runs) {
      expect(msPerUpdate).toBeGreaterThan(0);
      // Nine of the ten updates, at least half of them as slow as the median.
      expect(1000 * seconds).toBeGreaterThan(4 * msPerUpdate);
    }
  });
});

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`WebGPU is not tested: ${report?.detail} (${report?.remedy})\n`);

describe.skipIf(report?.available !== true)('benchRichardsonLucyOnGpu(shape, psfSide, 1)', () => {
  it('times each border, plain and accelerated, and agrees with the processor', async () => {
    await selectBackend('webgpu');
    const { shape, psf, runs } = await benchRichardsonLucyOnGpu([6, 12, 10], 5, 1);
    expect([shape, psf]).toEqual([
      [6, 12, 10],
      [5, 5, 5],
    ]);
    expect(runs.map(({ boundary, accelerated }) => [boundary, accelerated])).toEqual([
      ['periodic', false],
      ['periodic', true],
      ['weights', false],
      ['weights', true],
    ]);
    for (const { seconds, msPerUpdate, cpuSeconds, largestDifference } of runs) {
      expect(Math.min(seconds, msPerUpdate, cpuSeconds)).toBeGreaterThan(0);
      // Single precision in another order of terms, through twenty convolutions.
      expect(largestDifference).toBeLessThan(1e-5);
    }
  }, 120_000);
});
