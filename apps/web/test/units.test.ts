import { createVolume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { memoryNeed, describeMemory } from '../src/page/memory.ts';
import { pageWords } from '../src/page/pageWords.ts';
import { inOrder } from '../src/page/droppedFiles.ts';
import { commandLine, resultName } from '../src/settings/commandLine.ts';
import {
  automaticWindow,
  gray,
  histogram,
  quantile,
  scaleBarUm,
} from '../src/viewer/intensities.ts';
import { brightest, lineThrough, section } from '../src/viewer/sections.ts';

const optics = {
  kind: 'optics',
  optics: {
    model: 'gibson-lanni',
    numericalAperture: 1.4,
    immersionIndex: 1.515,
    emissionWavelengthUm: 0.52,
    sourceDepthUm: 3,
  },
} as const;

describe('commandLine(settled)', () => {
  it('names every option that differs from the defaults', () => {
    expect(
      commandLine({
        name: 'my cell.ome.tif',
        choice: { channel: 2, voxelSizeUm: [0.3, 0.1, 0.1] },
        job: {
          offset: -2,
          settings: { algorithm: 'rl-tv', iterations: 30, accelerated: true, lambdaTv: 0.004 },
          psf: optics,
        },
        format: 'ome',
      }),
    ).toBe(
      "npx blurcycle deconvolve 'my cell.ome.tif' --channel 2 --voxel 0.3,0.1,0.1 --offset=-2 " +
        '--method rl-tv --iterations 30 --accelerated --lambda 0.004 --psf-model gibson-lanni ' +
        "--na 1.4 --ni 1.515 --wavelength 0.52 --depth 3 --format ome --out 'my cell-deconvolved.ome.tif'",
    );
  });

  it('quotes what a shell would read', () => {
    const line = commandLine({
      ...{ name: "it's $(rm).tif", choice: {}, format: 'imagej' },
      job: { offset: undefined, settings: { algorithm: 'wiener' }, psf: optics },
    });
    expect(line).toContain(`deconvolve 'it'\\''s $(rm).tif' --method wiener`);
  });

  it('gives results names of their own', () => {
    expect(resultName('a.b.TIFF', 'imagej')).toBe('a.b-deconvolved.tif');
    expect(resultName('a.ome.tif', 'ome', 'psf')).toBe('a-psf.ome.tif');
  });
});

describe('section(volume, view, point)', () => {
  const volume = createVolume(
    [2, 3, 4],
    [0.3, 0.2, 0.1],
    Float32Array.from({ length: 24 }, (_, i) => (i * 7) % 24),
  );
  const at = (z: number, y: number, x: number): number => volume.data[(z * 3 + y) * 4 + x];

  it('takes the planes through the point', () => {
    expect([...section(volume, 'xy', [1, 0, 0]).data]).toEqual([...volume.data.slice(12)]);
    const xz = section(volume, 'xz', [0, 2, 0]);
    expect([xz.width, xz.height, ...xz.pixelUm]).toEqual([4, 2, 0.3, 0.1]);
    expect([...xz.data]).toEqual([0, 1].flatMap((z) => [0, 1, 2, 3].map((x) => at(z, 2, x))));
    const yz = section(volume, 'yz', [0, 0, 3]);
    expect([...yz.data]).toEqual([0, 1].flatMap((z) => [0, 1, 2].map((y) => at(z, y, 3))));
  });

  it('takes the maximum along z', () => {
    const slow = [0, 1, 2].flatMap((y) =>
      [0, 1, 2, 3].map((x) => Math.max(at(0, y, x), at(1, y, x))),
    );
    expect([...section(volume, 'maximum', [0, 0, 0]).data]).toEqual(slow);
  });

  it('finds the brightest voxel and the line through it', () => {
    const point = brightest(volume);
    expect(at(...point)).toBe(23);
    expect([...lineThrough(volume, 1, point)]).toEqual(
      [0, 1, 2].map((y) => at(point[0], y, point[2])),
    );
  });
});

describe('intensities', () => {
  it('counts values in bins and finds quantiles within one', () => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => i);
    const values = histogram(data, 100);
    expect(values.counts.reduce((a, b) => a + b)).toBe(1000);
    expect(Math.abs(quantile(values, 0.5) - 499.5)).toBeLessThan(10);
    expect(automaticWindow(values)).toEqual({ black: 0, white: 999 });
    expect([gray(-5, { black: 0, white: 10 }), gray(5, { black: 0, white: 10 })]).toEqual([0, 128]);
  });

  it('shows a stack of one intensity', () => {
    expect(automaticWindow(histogram(new Float32Array(8).fill(3)))).toEqual({ black: 3, white: 3 });
  });

  it.each([
    [12.8, 2],
    [15.1, 5],
    [100, 20],
    [0.31, 0.1],
  ])('gives a picture of %s µm a bar of %s µm', (width, bar) => {
    expect(scaleBarUm(width)).toBeCloseTo(bar, 10);
  });
});

describe('memoryNeed(stack, settings, deviceMemory)', () => {
  const settings = { algorithm: 'richardson-lucy' } as const;

  it('refuses only what a device cannot have', () => {
    const large = [64, 1024, 1024] as const;
    expect(memoryNeed(large, settings, 1).isTooMuch).toBe(true);
    expect(memoryNeed(large, settings, undefined).isTooMuch).toBe(false);
    // Browsers say 8 GiB of any larger memory.
    expect(memoryNeed([500, 2048, 2048], settings, 8).isTooMuch).toBe(false);
    expect(describeMemory(memoryNeed([16, 64, 64], settings, 8))).toMatch(
      /^Takes about \d+ MiB of memory; this device says it has 8.00 GiB or more\.$/,
    );
  });
});

describe('pageWords(message)', () => {
  it('names fields in place of options', () => {
    expect(pageWords('got -4 (take negatives for 0: --negatives clip)')).toBe(
      "got -4 (take negatives for 0: choose 'Negative values: set to 0')",
    );
  });
});

describe('inOrder(files)', () => {
  it('sorts numbers by value and leaves out other files', () => {
    const files = ['p10.tif', 'p2.tif', 'notes.txt'].map((name) => new File([], name));
    expect(inOrder(files).map(({ name }) => name)).toEqual(['p2.tif', 'p10.tif']);
    expect(inOrder([files[2]]).map(({ name }) => name)).toEqual(['notes.txt']);
  });
});
