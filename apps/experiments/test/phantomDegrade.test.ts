import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVolume, extent, type Volume } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';
import { averageSnrDb } from '@blurcycle/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-phantom-'));
const file = (name: string): string => join(folder, name);
const read = async (name: string): Promise<Volume> => (await readTiffStack(file(name))).volume;

beforeAll(async () => {
  const made = await blurcycle(
    'phantom',
    'microtubules',
    '--size',
    '16,48,48',
    '--lines',
    file('lines.json'),
    '--out',
    file('truth.tif'),
  );
  expect(made).toMatchObject({ code: 0, error: '' });
  const psf = await blurcycle(
    'psf',
    '--wavelength',
    '0.61',
    '--size',
    '5,9,9',
    '--out',
    file('psf.tif'),
  );
  expect(psf.code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('blurcycle phantom', () => {
  it('writes a specimen from 0 to 1 with its voxel size, and its centerlines', async () => {
    const { data, shape, voxelSizeUm } = await read('truth.tif');
    expect(shape).toEqual([16, 48, 48]);
    // The text in a TIFF rounds a voxel size to about nine digits.
    voxelSizeUm.forEach((side, axis) => expect(side).toBeCloseTo([0.25, 0.1, 0.1][axis], 6));
    expect(extent(data)).toEqual([0, 1]);
    const { lines } = JSON.parse(readFileSync(file('lines.json'), 'utf8')) as {
      lines: number[][][];
    };
    expect(lines.length).toBeGreaterThan(0);
    expect(lines[0][0]).toHaveLength(3);
  });

  it('writes the same file for the same seed, another for another', async () => {
    const make = async (seed: string, name: string): Promise<Buffer> => {
      await blurcycle(
        'phantom',
        'beads',
        '--size',
        '12,32,32',
        '--count',
        '3',
        '--seed',
        seed,
        '--out',
        file(name),
      );
      return readFileSync(file(name));
    };
    const first = await make('7', 'a.tif');
    expect(first.equals(await make('7', 'b.tif'))).toBe(true);
    expect(first.equals(await make('8', 'c.tif'))).toBe(false);
  });

  it('makes hollow bars and answers in JSON', async () => {
    const { out } = await blurcycle(
      'phantom',
      'hollow-bars',
      '--size',
      '16,64,32',
      '--radius',
      '0.7',
      '--out',
      file('bars.tif'),
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ kind: 'hollow-bars', shape: [16, 64, 32], parts: 4 });
  });

  it('refuses what it does not know in one line, and writes nothing', async () => {
    const kind = await blurcycle('phantom', 'microtubule', '--out', file('no.tif'));
    expect(kind).toMatchObject({ code: 2, out: '' });
    expect(kind.error).toMatch(/unknown kind 'microtubule' \(did you mean 'microtubules'\?/);
    const size = await blurcycle('phantom', 'beads', '--size', '16,16', '--out', file('no.tif'));
    expect(size.code).toBe(2);
    expect(size.error).toMatch(/^--size: value must be three positive numbers z,y,x, got '16,16'/);
    expect(existsSync(file('no.tif'))).toBe(false);
  });
});

describe('blurcycle degrade', () => {
  const degrade = (name: string, ...rest: string[]) =>
    blurcycle('degrade', file('truth.tif'), '--psf', file('psf.tif'), '--out', file(name), ...rest);

  it('hits the average SNR', async () => {
    await degrade('clean.tif', '--snr', 'none', '--photons', 'none');
    for (const snr of [1.25, 10]) {
      const { out } = await degrade('noisy.tif', '--snr', String(snr), '--json');
      const told = (JSON.parse(out) as { averageSnrDb: number }).averageSnrDb;
      const measured = averageSnrDb([await read('clean.tif')], [await read('noisy.tif')]);
      // The promise of the project.
      expect(Math.abs(measured - snr)).toBeLessThan(0.05);
      // Both are sums over the same float32 values.
      expect(told).toBeCloseTo(measured, 6);
    }
  });

  it('says what photon noise leaves when the SNR can not be reached, and refuses a negative one', async () => {
    const high = await degrade('no.tif', '--snr', '40');
    expect(high.code).toBe(2);
    expect(high.error).toMatch(
      /^degrade: --snr must be at most the [\d.]+ dB that photon noise leaves, got 40/,
    );
    const negative = await degrade('no.tif', '--snr=-3');
    expect(negative.code).toBe(2);
    expect(negative.error).toMatch(/--snr must be a number of dB, not negative, or none, got '-3'/);
    expect(existsSync(file('no.tif'))).toBe(false);
  });

  it('does not overwrite what it reads', async () => {
    const before = readFileSync(file('truth.tif'));
    for (const out of ['truth.tif', 'psf.tif']) {
      const named = ['--psf', file('psf.tif'), '--out', file(out)];
      const { code, error } = await blurcycle('degrade', file('truth.tif'), ...named);
      expect(code).toBe(2);
      expect(error).toMatch(/^degrade: --out must be another file than the input, got '/);
    }
    expect(readFileSync(file('truth.tif'))).toEqual(before);
  });

  it('takes a PSF of other voxels, off the middle of its file, as deconvolve does', async () => {
    const fine = ['--voxel', '0.125,0.05,0.05', '--size', '13,17,17'];
    await blurcycle('psf', ...fine, '--out', file('fine.tif'));
    const { shape, voxelSizeUm, data } = await read('fine.tif');
    const [depth, height, width] = shape;
    const longer = createVolume([depth + 4, height, width], voxelSizeUm);
    longer.data.set(data);
    await writeTiffStack(file('off.tif'), longer);
    const noNoise = ['--snr', 'none', '--photons', 'none', '--json'];
    const of = async (name: string): Promise<Volume> => {
      const named = ['--psf', file(name), '--out', file(`by-${name}`)];
      const answer = await blurcycle('degrade', file('truth.tif'), ...named, ...noNoise);
      expect(answer).toMatchObject({ code: 0, error: '' });
      expect(answer.out).toContain('resampled from voxels of 0.125 x 0.05 x 0.05 µm');
      return read(`by-${name}`);
    };
    const [centered, off] = [await of('fine.tif'), await of('off.tif')];
    // The origin is found to a hundredth of a voxel or so.
    const most = Math.max(...centered.data);
    off.data.forEach((value, i) =>
      expect(Math.abs(value - centered.data[i])).toBeLessThan(0.02 * most),
    );
  });
});
