import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTiffStack } from '@blurcycle/data';
import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { PSF_PRESETS } from '@blurcycle/psf';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { evaluateCommand } from '../src/commands/evaluate.ts';
import { psfCommand } from '../src/commands/psf.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-psf-'));
const file = (name: string): string => join(folder, name);

/** Runs a command as the command line does and gives what it printed. */
async function run(...parameters: string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await yargs(parameters)
    .command('psf', '', psfCommand.builder, psfCommand.handler)
    .command('evaluate <estimate> <truth>', '', evaluateCommand.builder, evaluateCommand.handler)
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new Error(message ?? 'failed');
    })
    .parseAsync();
  const printed = log.mock.calls.flat().join('\n');
  vi.restoreAllMocks();
  return printed;
}

afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

describe('blurcycle psf', () => {
  it('writes a unit-sum kernel with its voxel size', async () => {
    await run('psf', '--size', '9,15,15', '--out', file('psf.tif'));
    const { volume } = await readTiffStack(file('psf.tif'));
    expect(volume.shape).toEqual([9, 15, 15]);
    // The text in a TIFF rounds a voxel size to about nine digits.
    volume.voxelSizeUm.forEach((side, axis) => expect(side).toBeCloseTo([0.25, 0.1, 0.1][axis], 6));
    expect(volume.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6); // float32
    expect(Math.max(...volume.data)).toBe(volume.data[(4 * 15 + 7) * 15 + 7]);
  });

  it('answers in JSON: widths, limits, light, warnings', async () => {
    const facts = JSON.parse(
      await run('psf', '--model', 'richards-wolf', '--size', '5,8,9', '--json'),
    ) as {
      fwhmUm: { z: number };
      windowEnergy: { fraction: number };
      warnings: { code: string }[];
    };
    expect(facts.fwhmUm.z).toBeCloseTo(0.47634350900621, 10); // mpmath, as in the tests of the library
    expect(facts.windowEnergy.fraction).toBeLessThan(0.95);
    expect(facts.warnings.map(({ code }) => code)).toEqual([
      'lateral-sampling',
      'even-size',
      'energy-cut-off',
    ]);
  });

  it('lets options override a preset, and hands layers to the model', async () => {
    const text = await run(
      'psf',
      '--preset',
      'paper-microscope',
      '--na',
      '1.3',
      '--size',
      '3,3,3',
      '--json',
    );
    expect(JSON.parse(text)).toMatchObject({
      numericalAperture: 1.3,
      immersionIndex: 1.515,
      model: 'richards-wolf',
    });
    const layered = [
      'psf',
      '--model',
      'gibson-lanni',
      '--ns',
      '1.33',
      '--depth',
      '2',
      '--size',
      '3,3,3',
      '--json',
    ];
    expect(JSON.parse(await run(...layered))).toMatchObject({
      sampleIndex: 1.33,
      sourceDepthUm: 2,
    });
  });

  it('writes the material of a figure', async () => {
    await run('psf', '--size', '5,7,9', '--figure', file('figure.json'));
    const figure = JSON.parse(readFileSync(file('figure.json'), 'utf8')) as {
      axial: { sides: number[]; values: number[] };
    };
    expect(figure.axial.sides).toEqual([5, 9]);
    expect(figure.axial.values[2 * 9 + 4]).toBe(1);
  });

  it.each([
    [['--ns', '1.3'], /psf: --ns must go with --model gibson-lanni/],
    [['--model', 'bornwolf'], /unknown model 'bornwolf' \(did you mean 'born-wolf'/],
    [['--preset', 'paper'], /unknown preset 'paper'/],
    [['--wavelength', '500'], /emissionWavelengthUm must lie within 0.2 to 2 µm, got 500/],
  ])('explains %o', async (options, message) => {
    await expect(run('psf', ...options)).rejects.toThrow(message);
  });
});

describe("PSF_PRESETS['paper-simulation']", () => {
  it('is the PSF of the experiments at the scale of the paper', () => {
    const set = loadExperiments(EXPERIMENTS_DIRECTORY);
    const { psf, voxelSizeUm } = resolveExperiment(set, 'table1', 'paper').settings.dataset;
    const { size, ...optics } = psf;
    expect(PSF_PRESETS['paper-simulation'].request).toEqual({
      ...optics,
      voxelSizeUm,
      shape: size,
    });
  });
});

describe('blurcycle evaluate', () => {
  it('scores a stack against the truth, and none where the window does not fit', async () => {
    await run('psf', '--size', '9,9,9', '--scale', 'peak', '--out', file('truth.tif'));
    await run(
      'psf',
      '--model',
      'gaussian',
      '--size',
      '9,9,9',
      '--scale',
      'peak',
      '--out',
      file('estimate.tif'),
    );
    const text = await run(
      'evaluate',
      file('estimate.tif'),
      file('truth.tif'),
      '--data-range',
      '1',
      '--json',
    );
    const scores = JSON.parse(text) as Record<string, number | null>;
    expect(scores.psnr).toBeGreaterThan(20);
    expect(scores.psnrAffine).toBeGreaterThanOrEqual(scores.psnr ?? NaN);
    expect(scores.ssimWindowed3d).toBeGreaterThan(0.5);
    expect(scores.ssimWindowed2dGaussian).toBeNull();
  });

  it('spells out that equal stacks have infinite PSNR', async () => {
    const text = await run(
      'evaluate',
      file('truth.tif'),
      file('truth.tif'),
      '--data-range',
      '1',
      '--json',
    );
    expect(JSON.parse(text)).toMatchObject({ psnr: 'Infinity', ssim: 1, nrmse: 0 });
  });

  it('compares kernels', async () => {
    const text = await run(
      'evaluate',
      file('estimate.tif'),
      file('truth.tif'),
      '--kernel',
      '--smooth',
      '0.5',
      '--json',
    );
    const metrics = JSON.parse(text) as { correlation: number; negativeMass: number };
    expect(metrics.correlation).toBeGreaterThan(0.8);
    expect(metrics.negativeMass).toBe(0);
  });

  it('asks for the data range', async () => {
    await expect(run('evaluate', file('truth.tif'), file('truth.tif'))).rejects.toThrow(
      /--data-range must be given/,
    );
  });
});
