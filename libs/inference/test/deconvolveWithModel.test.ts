import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { crop, turn, writeTiffStack } from '@blurcycle/data';
import { deconvolveWithModel, type ModelDeconvolutionOptions } from '../src/deconvolveWithModel.ts';
import { chooseTiles, smallerTiles, tileMemoryBytes } from '../src/tiles.ts';
import { fitLight, reblur } from '../src/kernelResidual.ts';
import { loadModel } from '../src/loadModel.ts';
import type { LoadedModel } from '../src/readModel.ts';
import { predictTiles } from '../src/predictTiles.ts';
import { writeModelFolder } from '../src/writeModelFolder.ts';
import { randomVolume } from '@blurcycle/core/testing';
import { selectCpuBackend } from './cpuBackend.ts';
import { smallModel } from './smallModel.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-deconvolve-'));
const folder = join(root, 'model');
let model: LoadedModel;
const stack = randomVolume([10, 20, 30], createRandomStream(3, 'test'), { low: 100, high: 900 });
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

const OPTIONS: ModelDeconvolutionOptions = {
  whole: false,
  tile: undefined,
  overlap: undefined,
  availableBytes: Infinity,
  say: () => undefined,
};
const same = (tile: Volume): Promise<Volume> => Promise.resolve(tile);

describe('predictTiles(volume, options, apply)', () => {
  const tiles = { tile: [8, 16, 16], overlap: [4, 8, 8] } as const;

  it('measures no mismatch where tiles agree', async () => {
    const { estimate, mismatch, tiles: count } = await predictTiles(stack, tiles, same);
    expect(mismatch).toBe(0);
    expect(count).toBeGreaterThan(1);
    // The weights sum to 1 up to float32 rounding of values up to 900.
    estimate.data.forEach((value, i) => expect(Math.abs(value - stack.data[i])).toBeLessThan(1e-3));
  });

  it('measures the difference of two tiles where both show a voxel', async () => {
    const line = createVolume([1, 1, 6], [1, 1, 1]);
    let level = 0;
    const result = await predictTiles(line, { tile: [1, 1, 4], overlap: [0, 0, 2] }, (tile) => {
      const value = level;
      level += 3;
      return Promise.resolve(
        createVolume(
          tile.shape,
          tile.voxelSizeUm,
          tile.data.map(() => value),
        ),
      );
    });
    expect(result).toMatchObject({ tiles: 2, mismatch: 3 });
    expect(result.estimate.data[0]).toBe(0);
    expect(result.estimate.data[5]).toBe(3);
  });

  it('knows of none without overlaps', async () => {
    expect(
      (await predictTiles(stack, { tile: [12, 20, 32], overlap: [0, 0, 0] }, same)).mismatch,
    ).toBeNull();
  });
});

/** The model with a kernel that every flip and turn leaves as it is. */
function symmetric(): LoadedModel {
  const data = Float32Array.from({ length: 27 }, (_, i) => (i === 13 ? 0.48 : 0.02));
  return { ...model, kernel: createVolume([3, 3, 3], [1, 1, 1], data) };
}

describe('deconvolveWithModel(model, stack, options)', () => {
  it('applies and undoes the intensity scale: a stack in other units gives the same result in those', async () => {
    const whole = { ...OPTIONS, whole: true };
    const { estimate } = await deconvolveWithModel(model, stack, whole);
    const scaled = createVolume(
      stack.shape,
      stack.voxelSizeUm,
      stack.data.map((value) => 2 * value - 50),
    );
    const config = { ...model.config, intensity: { black: 150, white: 2150 } };
    const other = await deconvolveWithModel({ ...model, config }, scaled, whole);
    expect(estimate.shape).toEqual(stack.shape);
    expect(estimate.voxelSizeUm).toEqual(stack.voxelSizeUm);
    // 1e-5 of the range of 2000: rounding of the scaled stack, amplified by the network.
    other.estimate.data.forEach((value, i) =>
      expect(Math.abs(value - (2 * estimate.data[i] - 50))).toBeLessThan(0.02),
    );
  });

  it('follows a factor and an offset of the stack, with intensities of training or of its own', async () => {
    const whole = { ...OPTIONS, whole: true };
    const scaled = createVolume(
      stack.shape,
      stack.voxelSizeUm,
      stack.data.map((value) => 0.5 * value - 30),
    );
    const own = { ...model.config, stackScale: { brightness: 0.2, light: 0.5 } };
    for (const config of [model.config, own]) {
      const { estimate } = await deconvolveWithModel({ ...model, config }, stack, whole);
      const other = await deconvolveWithModel({ ...model, config }, scaled, whole);
      const top = Math.max(...estimate.data);
      // The zeros around a stack on a fixed scale are no zeros of another one: 3 % of the range.
      const tolerance = config === own ? 1e-3 * top : 0.03 * top;
      other.estimate.data.forEach((value, i) =>
        expect(Math.abs(value - (0.5 * estimate.data[i] - 30))).toBeLessThan(tolerance),
      );
    }
  });

  it('averages over flips: the result of a flipped stack is the flipped result', async () => {
    const flip = { plane: [1, 2], quarters: 0, flip: 2 } as const;
    // A network that looks to one side.
    const apply = ({ shape, voxelSizeUm, data }: Volume): Promise<Volume> =>
      Promise.resolve(
        createVolume(
          shape,
          voxelSizeUm,
          data.map((value, i) => value + 0.5 * data[(i + 1) % data.length]),
        ),
      );
    const whole = { ...OPTIONS, whole: true, apply };
    // The U-Net halves sides twice: 30 voxels are continued on one side only.
    const even = crop(stack, [0, 0, 0], [8, 20, 28]);
    const results = async (turns: number): Promise<Volume[]> => {
      const { estimate } = await deconvolveWithModel(symmetric(), even, { ...whole, turns });
      const flipped = turn(even, flip);
      const other = await deconvolveWithModel(symmetric(), flipped, { ...whole, turns });
      return [estimate, turn(other.estimate, flip)];
    };
    const difference = ([a, b]: Volume[]): number =>
      Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i])));
    const [once, averaged] = [await results(1), await results(8)];
    // Rounding of float32 in another order, of a range of 800.
    expect(difference(averaged)).toBeLessThan(0.02);
    expect(difference(once)).toBeGreaterThan(1);
  });

  it('takes eight turns for a model of simulated pairs, one for others, fewer where the PSF has fewer', async () => {
    const own = { ...model.config, stackScale: { brightness: 0.2, light: 0.5 } };
    const simulated = { ...symmetric(), config: own };
    expect(await deconvolveWithModel(simulated, stack, OPTIONS)).toMatchObject({ turns: 8 });
    expect(await deconvolveWithModel(model, stack, OPTIONS)).toMatchObject({ turns: 1 });
    // Its own kernel is of random numbers.
    const turns = 16;
    expect(await deconvolveWithModel(model, stack, { ...OPTIONS, turns })).toMatchObject({
      turns: 1,
    });
    const unknown = { ...model, kernel: null };
    expect(await deconvolveWithModel(unknown, stack, { ...OPTIONS, turns: 16 })).toMatchObject({
      turns: 8,
    });
  });

  it('refines by Richardson-Lucy TV, which brings the result nearer to the data', async () => {
    const compare = true;
    const plain = await deconvolveWithModel(model, stack, { ...OPTIONS, compare });
    const refine = { iterations: 5 };
    const refined = await deconvolveWithModel(model, stack, { ...OPTIONS, refine });
    expect(refined.reblurResidual).toBeLessThan(0.95 * (plain.reblurResidual ?? 0));
    expect(plain.richardsonLucyResidual).toBeGreaterThan(0);
    expect(refined.richardsonLucyResidual).toBeNull();
  });

  it('reports the mismatch of its tiles, and none for the whole stack', async () => {
    const tiled = await deconvolveWithModel(model, stack, OPTIONS);
    expect(tiled).toMatchObject({ tile: [8, 16, 16], overlap: [4, 8, 8] });
    expect(tiled.tileMismatch).toBeGreaterThan(0);
    const whole = await deconvolveWithModel(model, stack, { ...OPTIONS, whole: true });
    expect(whole).toMatchObject({ tiles: 1, tile: [12, 20, 32], tileMismatch: null });
    expect(whole.reblurResidual).toBeGreaterThan(0);
  });

  it('halves its tiles when memory runs out, says so, and gives up at the smallest', async () => {
    const lines: string[] = [];
    const limited = (limit: number) => (tile: Volume) => {
      if (tile.data.length > limit) throw new RangeError('Array buffer allocation failed');
      return Promise.resolve(tile);
    };
    const options = { ...OPTIONS, whole: true, say: (line: string) => lines.push(line) };
    // Without a kernel the result is not fitted to the light of the data.
    const result = await deconvolveWithModel({ ...model, kernel: null }, stack, {
      ...options,
      apply: limited(12 * 20 * 16),
    });
    expect(result.tile).toEqual([12, 20, 16]);
    expect(lines).toEqual(['out of memory with tiles of 12 x 20 x 32; trying 12 x 20 x 16']);
    // Identity in, so identity out, put together from the smaller tiles.
    result.estimate.data.forEach((value, i) =>
      expect(Math.abs(value - stack.data[i])).toBeLessThan(1e-3),
    );
    await expect(
      deconvolveWithModel(model, stack, { ...options, apply: limited(100) }),
    ).rejects.toThrow(/allocation failed/);
  });

  it('takes smaller tiles beforehand where the estimate does not fit, and passes other errors on', async () => {
    const lines: string[] = [];
    const availableBytes = tileMemoryBytes([12, 20, 16], model.config.network.width);
    const options = {
      ...OPTIONS,
      whole: true,
      availableBytes,
      say: (line: string) => lines.push(line),
    };
    expect((await deconvolveWithModel(model, stack, options)).tile).toEqual([12, 20, 16]);
    expect(lines[0]).toMatch(
      /^tiles of 12 x 20 x 32 need about \d+ MiB, \d+ MiB are free: using 12 x 20 x 16$/,
    );
    const broken = { ...OPTIONS, apply: () => Promise.reject(new Error('the network is broken')) };
    await expect(deconvolveWithModel(model, stack, broken)).rejects.toThrow(
      'the network is broken',
    );
  });
});

describe('fitLight(estimate, observed, psf)', () => {
  const psf = createVolume([3, 3, 3], stack.voxelSizeUm, new Float32Array(27).fill(1 / 27));

  it('finds the line from the blurred estimate to the data, and nothing left', () => {
    const image = reblur(stack, psf);
    const observed = createVolume(
      stack.shape,
      stack.voxelSizeUm,
      image.data.map((value) => 3 * value + 40),
    );
    const { gain, offset, residual } = fitLight(stack, observed, psf);
    // float32 rounding of values up to 3000.
    expect(gain).toBeCloseTo(3, 4);
    expect(offset).toBeCloseTo(40, 1);
    expect(residual).toBeLessThan(1e-5);
  });

  it('gives no light to an estimate that contradicts the data', () => {
    const negative = createVolume(
      stack.shape,
      stack.voxelSizeUm,
      stack.data.map((value) => 1000 - value),
    );
    expect(fitLight(negative, reblur(stack, psf), psf)).toMatchObject({ gain: 0, residual: 1 });
  });
});

describe('chooseTiles(stack, model, wishes)', () => {
  const none = { whole: false, tile: undefined, overlap: undefined };

  it('never takes tiles larger than the stack needs', () => {
    const tiles = chooseTiles([10, 200, 50], { tile: [32, 96, 96], overlap: [16, 32, 32] }, none);
    expect(tiles).toEqual({ tile: [12, 96, 52], overlap: [8, 32, 32] });
  });

  it('refuses sides that the network cannot halve twice, and overlaps as large as the tile', () => {
    const model = { tile: [8, 8, 8], overlap: [4, 4, 4] } as const;
    expect(() => chooseTiles([64, 64, 64], model, { ...none, tile: [30, 32, 32] })).toThrow(
      '--tile must be multiples of 4',
    );
    expect(() => chooseTiles([64, 64, 64], model, { ...none, overlap: [8, 4, 4] })).toThrow(
      '--overlap must be whole numbers below',
    );
  });

  it('is cut in half along its longest side until 16 voxels are left', () => {
    let tiles: ReturnType<typeof smallerTiles> = { tile: [16, 64, 32], overlap: [0, 0, 0] };
    const seen = [];
    while (tiles !== null) {
      seen.push(tiles.tile.join('x'));
      tiles = smallerTiles(tiles);
    }
    expect(seen).toEqual(['16x64x32', '16x32x32', '16x16x32', '16x16x16']);
  });
});
