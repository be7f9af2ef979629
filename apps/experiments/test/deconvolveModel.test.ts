import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, standardDeviation } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';
import { type LoadedModel, loadModel, writeModelFolder } from '@blurcycle/inference';
import { randomVolume } from '@blurcycle/core/testing';
import { selectCpuBackend, smallModel } from '@blurcycle/inference/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-deconvolve-'));
const folder = join(root, 'model');
let model: LoadedModel;
const noise = randomVolume([10, 20, 30], createRandomStream(3, 'test'), { low: 100, high: 150 });
/** A dark bar on light, with noise: a network makes something of noise, so noise is refused. */
const stack = createVolume(
  noise.shape,
  noise.voxelSizeUm,
  noise.data.map((value, i) => value + (i % 30 < 12 ? 0 : 700)),
);
beforeAll(async () => {
  await selectCpuBackend();
  await writeModelFolder(folder, await smallModel());
  await writeTiffStack(join(root, 'stack.tif'), stack);
  model = await loadModel(folder);
});
afterAll(() => {
  model.dispose();
  rmSync(root, { recursive: true });
});

describe('blurcycle deconvolve --model', () => {
  const run = (...options: string[]) =>
    blurcycle(
      'deconvolve',
      join(root, 'stack.tif'),
      '--model',
      folder,
      '--out',
      join(root, 'out.tif'),
      ...options,
    );

  it('writes a stack with the voxel size of the input and reports mismatch and residual', async () => {
    const { code, out } = await run('--json');
    expect(code).toBe(0);
    const report = JSON.parse(out) as {
      tileMismatch: number;
      reblurResidual: number;
      tiles: number;
    };
    expect(report).toMatchObject({
      shape: [10, 20, 30],
      tile: [8, 16, 16],
      tiles: 12,
      // A network with random weights explains nothing.
      trust: { explains: false },
    });
    expect(report.tileMismatch).toBeGreaterThan(0);
    const { volume } = await readTiffStack(join(root, 'out.tif'));
    expect(volume.shape).toEqual(stack.shape);
    volume.voxelSizeUm.forEach((side, axis) =>
      expect(side).toBeCloseTo(stack.voxelSizeUm[axis], 6),
    );
    expect(standardDeviation(volume.data)).toBeGreaterThan(0);
    expect((await run('--whole')).out).toMatch(
      /1 tile of 12 x 20 x 32, about \d+ MiB[\s\S]+data minus blurred estimate: [\d.]+ %/,
    );
    expect((await run('--whole')).out).toContain(', float32\n');
    const { out: coarse } = await run('--precision', 'bfloat16', '--json');
    expect(JSON.parse(coarse)).toMatchObject({ precision: 'bfloat16', tiles: 12 });
  });

  it('refuses a stack of noise alone', async () => {
    await writeTiffStack(join(root, 'noise.tif'), noise);
    const out = join(root, 'never.tif');
    const command = ['deconvolve', join(root, 'noise.tif'), '--model', folder, '--out', out];
    const answer = await blurcycle(...command);
    expect(answer.error).toContain("noise.tif' must hold more than noise, got");
    expect(answer.code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  it('refines its result: a better explanation of the data', async () => {
    const residual = async (...options: string[]): Promise<number> =>
      (JSON.parse((await run('--json', ...options)).out) as { reblurResidual: number })
        .reblurResidual;
    expect(await residual('--refine', '3')).toBeLessThan(await residual());
    expect((await run('--refine', '0')).error).toContain('--refine must be a positive integer');
  });

  it.each([
    [
      ['--voxel', '0.25,0.2,0.2'],
      'the voxels of the stack must be those of the model, [0.25, 0.1, 0.1] µm, got [0.25, 0.2, 0.2]',
    ],
    [['--method', 'wiener'], '--method must be left out with --model'],
    [['--psf', 'psf.tif'], 'a PSF must be left out with --model'],
    [['--turns', '17'], '--turns must be an integer from 1 to 16, got 17'],
    [['--tile', '30,32,32'], '--tile must be multiples of 4'],
    [['--tile', '32,32,32', '--whole'], '--tile must be left out with --whole'],
  ])('refuses %j in one line and writes nothing', async (options, expected) => {
    rmSync(join(root, 'out.tif'), { force: true });
    const before = readdirSync(root);
    const { code, out, error } = await run(...options);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(expected);
    expect(error.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(root, 'out.tif'))).toBe(false);
    expect(readdirSync(root)).toEqual(before);
  });

  it.each([
    ['--whole', []],
    ['--refine', ['3']],
    ['--turns', ['2']],
    ['--precision', ['bfloat16']],
    ['--any-voxel-size', []],
  ])('refuses %s without a model', async (option, value) => {
    const psf = ['--na', '1.4', '--ni', '1.5', '--wavelength', '0.6'];
    const command = ['deconvolve', join(root, 'stack.tif'), '--method', 'wiener', ...psf];
    const answer = await blurcycle(...command, '--out', join(root, 'no.tif'), option, ...value);
    expect(answer.error).toContain(`deconvolve: ${option} must go with --model, got`);
    expect(answer.code).toBe(2);
  });

  it('warns of voxels that are a little off, and goes on regardless when told to', async () => {
    const close = await run('--voxel', '0.25,0.104,0.104', '--json');
    const { warnings } = JSON.parse(close.out) as { warnings: string[] };
    expect(warnings).toContain(
      'the voxels of the stack should be those of the model, [0.25, 0.1, 0.1] µm, but are [0.25, 0.104, 0.104] µm',
    );
    expect(await run('--voxel', '0.25,0.2,0.2', '--any-voxel-size')).toMatchObject({ code: 0 });
  });
});
