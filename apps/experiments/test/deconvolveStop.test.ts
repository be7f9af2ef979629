import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';
import { addPhotonNoise, blur } from '@blurcycle/imaging';
import { gaussianPsf, normalizePsf } from '@blurcycle/psf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-stop-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const deconvolve = (stack: string, ...options: string[]) =>
  blurcycle('deconvolve', file(stack), '--psf', file('psf.tif'), ...options);

const SHAPE: Shape3 = [12, 32, 32];
const VOXELS = [0.2, 0.1, 0.1] as const;

beforeAll(async () => {
  const sigmaUm = [0.25, 0.15, 0.15] as const;
  const sizes = { shape: [7, 9, 9], voxelSizeUm: VOXELS } as const;
  const optics = { numericalAperture: 1, immersionIndex: 1.5, emissionWavelengthUm: 0.5 };
  const psf = normalizePsf(gaussianPsf({ ...sizes, ...optics, sigmaUm }));
  await writeTiffStack(file('psf.tif'), psf);
  const object = createVolume(SHAPE, VOXELS);
  // A ball, which has no detail that more and more updates would bring out.
  object.data.forEach((_, i) => {
    const [z, y, x] = [Math.floor(i / 1024), Math.floor(i / 32) % 32, i % 32];
    object.data[i] = Math.hypot(2 * (z - 6), y - 15, x - 15) < 8 ? 30 : 0;
  });
  const clean = blur(object, psf, { border: 'zero' });
  await writeTiffStack(file('clean.tif'), clean);
  // Two counts for an electron, on an offset of 100.
  const electrons = addPhotonNoise(clean, 1, createRandomStream(4, 'test/photons'));
  const counts: Volume = { ...electrons, data: electrons.data.map((value) => 100 + 2 * value) };
  await writeTiffStack(file('counts.tif'), counts, { sampleType: 'uint16' });
});

describe('blurcycle deconvolve --stop held-out', () => {
  it('names rule, number, reason and electrons, in its report and in the record', async () => {
    const auto = ['--method', 'richardson-lucy', '--iterations', 'auto', '--stop', 'held-out'];
    const rest = ['--offset', '100', '--out', file('held.tif')];
    const { code, out } = await deconvolve('counts.tif', ...auto, ...rest);
    expect(code).toBe(0);
    const line =
      /--stop held-out: ended after (\d+) of 200 updates: with more of them one half of the photons predicts the other less well \(([\d.]+) electrons a count, from the noise\)/;
    const [, updates, electrons] = line.exec(out) ?? [];
    // Half an electron; the noise of 12,000 voxels, most of them dark, gives it roughly.
    expect(Math.abs(Number(electrons) / 0.5 - 1)).toBeLessThan(0.3);
    const record = JSON.parse(readFileSync(file('held.json'), 'utf8')) as {
      report: { stacks: { updates: number; end: object }[] };
    };
    const [stack] = record.report.stacks;
    expect(stack.updates).toBe(Number(updates));
    const end = { rule: 'held-out', reason: 'held-out', updates: Number(updates), most: 200 };
    expect(stack.end).toMatchObject(end);
    // The same as that number, told.
    const told = ['--method', 'richardson-lucy', '--iterations', updates, '--offset', '100'];
    await deconvolve('counts.tif', ...told, '--out', file('told.tif'));
    const [held, same] = await Promise.all(
      ['held.tif', 'told.tif'].map((name) => readTiffStack(file(name))),
    );
    expect(held.volume.data).toEqual(same.volume.data);
    const again = await blurcycle('repeat', file('held.json'), '--out', file('again.tif'));
    expect(again.out).toContain('the same values, bit for bit');
  });

  it('takes the electrons of the data sheet, also with --method auto', async () => {
    const auto = ['--method', 'auto', '--stop', 'held-out', '--electrons-per-count', '0.5'];
    const rest = ['--offset', '100', '--out', file('tv.tif')];
    const { code, out } = await deconvolve('counts.tif', ...auto, ...rest);
    expect(code).toBe(0);
    expect(out).toMatch(/tv.tif: rl-tv, \d+ updates/);
    expect(out).toMatch(
      /--stop held-out: ended after \d+ of 200 updates: .* \(0.500 electrons a count\)/,
    );
  });

  it.each([
    ['clean.tif', ['--stop', 'held-out'], /must hold counts of a camera.*electrons'/],
    [
      'clean.tif',
      ['--stop', 'held-out', '--electrons-per-count', '1'],
      /must have the photon noise of its electrons/,
    ],
    [
      'counts.tif',
      ['--stop', 'held-out', '--tolerance', '0.01'],
      /--tolerance must be left out with --stop held-out/,
    ],
    [
      'counts.tif',
      ['--electrons-per-count', '0.5'],
      /--electrons-per-count must go with --stop held-out, got 0.5/,
    ],
    [
      'counts.tif',
      ['--stop', 'held-out', '--electrons-per-count', '-1'],
      /--electrons-per-count must .*, got -1/,
    ],
    [
      'counts.tif',
      ['--stop', 'held-out', '--tile', '12,20,20'],
      /--tile must not go with --stop discrepancy or held-out/,
    ],
    [
      'counts.tif',
      ['--iterations', 'auto', '--stop', 'iterations'],
      /--iterations auto must go with --stop discrepancy or held-out, got '--stop iterations'/,
    ],
  ])('refuses %s with %j', async (stack, options, message) => {
    const rest = ['--method', 'richardson-lucy', '--out', file('never.tif')];
    const { code, error } = await deconvolve(stack, ...options, ...rest);
    expect(code).toBe(2);
    expect(error).toMatch(message);
    expect(error.trimEnd()).not.toContain('\n');
  });
});
