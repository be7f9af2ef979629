import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVolume, extent, type Shape3, type Volume, voxelIndex } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';

import { psnr } from '@blurcycle/metrics';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-deconvolve-'));
const file = (name: string): string => join(folder, name);
const read = async (name: string): Promise<Volume> => (await readTiffStack(file(name))).volume;
const deconvolve = (stack: string, ...options: string[]) =>
  blurcycle('deconvolve', file(stack), ...options);
const known = (method = 'richardson-lucy') => ['--method', method, '--psf', file('psf.tif')];

const SHAPE: Shape3 = [12, 24, 24];
const VOXELS = [0.25, 0.1, 0.1] as const;

function stack(value: (z: number, y: number, x: number) => number, shape: Shape3 = SHAPE): Volume {
  const volume = createVolume(shape, VOXELS);
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++) volume.data[voxelIndex(shape, z, y, x)] = value(z, y, x);
    }
  }
  return volume;
}

/** Center of gravity of what is brighter than half the maximum, in voxels. */
function centroid({ data, shape }: Volume): number[] {
  const sums = [0, 0, 0];
  let total = 0;
  const half = extent(data)[1] / 2;
  data.forEach((brightness, i) => {
    const value = Math.max(0, brightness - half);
    total += value;
    sums[0] += value * Math.floor(i / (shape[1] * shape[2]));
    sums[1] += value * (Math.floor(i / shape[2]) % shape[1]);
    sums[2] += value * (i % shape[2]);
  });
  return sums.map((sum) => sum / total);
}

/** Reads a gray PNG. */
function grayPng(bytes: Buffer) {
  const { width, height, data } = PNG.sync.read(bytes);
  const gray = (row: number, column: number): number => data[4 * (row * width + column)];
  return { width, height, gray };
}

beforeAll(async () => {
  // Two bars on light that is everywhere, as a wide-field stack has it.
  const bar = (value: number, from: number, to: number): boolean => value >= from && value < to;
  const bars = stack((z, y, x) =>
    bar(z, 5, 7) && (bar(y, 6, 8) || bar(y, 11, 13)) && bar(x, 5, 18) ? 1 : 0.1,
  );
  await writeTiffStack(file('truth.tif'), bars);
  await blurcycle('psf', '--wavelength', '0.61', '--size', '7,11,11', '--out', file('psf.tif'));
  const noise = ['--photons', '10000', '--snr', 'none', '--gain', '1', '--border', 'reflect'];
  const made = await blurcycle(
    ...[
      'degrade',
      file('truth.tif'),
      '--psf',
      file('psf.tif'),
      ...noise,
      '--out',
      file('blurred.tif'),
    ],
  );
  expect(made).toMatchObject({ code: 0, error: '' });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('blurcycle deconvolve', () => {
  it.each(['richardson-lucy', 'rl-tv', 'wiener', 'tikhonov', 'blind-rl'])(
    '%s comes nearer to the truth, in the shape, voxel size and scale of the stack',
    async (method) => {
      const short = method === 'blind-rl' ? ['--rounds', '2'] : [];
      const { code, error, out } = await deconvolve(
        ...([
          'blurred.tif',
          ...known(method),
          ...short,
          '--json',
          '--out',
          file(`${method}.tif`),
        ] as const),
      );
      expect({ code, error }).toEqual({ code: 0, error: '' });
      const [estimate, blurred, truth] = [
        await read(`${method}.tif`),
        await read('blurred.tif'),
        await read('truth.tif'),
      ];
      expect(estimate.shape).toEqual(blurred.shape);
      // The text in a TIFF rounds a voxel size to about nine digits.
      estimate.voxelSizeUm.forEach((side, axis) => expect(side).toBeCloseTo(VOXELS[axis], 6));
      const score = (volume: Volume): number => psnr(volume, truth, { dataRange: 1 });
      expect(score(estimate)).toBeGreaterThan(score(blurred) + 0.5);
      const { flux } = JSON.parse(out) as { flux: { input: number; output: number } };
      // Light that the edges let in or out; a changed scale would be off by far more.
      expect(flux.output / flux.input).toBeCloseTo(1, 0);
    },
  );

  it('does not shift the result when the PSF lies off the middle of its file', async () => {
    const psf = await read('psf.tif');
    // The same PSF in a larger file, (2, -1, 3) off its middle.
    const shifted = stack(
      (z, y, x) => {
        const [a, b, c] = [z - 4, y - 2, x - 6];
        const inside = a >= 0 && a < 7 && b >= 0 && b < 11 && c >= 0 && c < 11;
        return inside ? psf.data[voxelIndex(psf.shape, a, b, c)] : 0;
      },
      [12, 14, 18],
    );
    await writeTiffStack(file('off.tif'), shifted);
    const options = ['--method', 'richardson-lucy', '--iterations', '20'];
    const cropped = await deconvolve(
      'blurred.tif',
      ...options,
      '--psf',
      file('off.tif'),
      '--crop-psf',
      '--out',
      file('a.tif'),
    );
    expect(cropped.code).toBe(0);
    await deconvolve('blurred.tif', ...options, '--psf', file('psf.tif'), '--out', file('b.tif'));
    const [off, centered] = [centroid(await read('a.tif')), centroid(await read('b.tif'))];
    // The wider, otherwise empty window changes what is estimated beyond the edge, not where things
    // are.
    off.forEach((place, axis) => expect(place).toBeCloseTo(centered[axis], 1));
    await deconvolve(
      ...([
        'blurred.tif',
        ...options,
        '--psf',
        file('off.tif'),
        '--psf-center',
        'middle',
        '--crop-psf',
      ] as const),
      ...['--out', file('c.tif')],
    );
    const wrong = centroid(await read('c.tif'));
    expect(Math.abs(wrong[2] - centered[2])).toBeGreaterThan(0.5);
  });

  it('logs every iteration, scored against the truth', async () => {
    const truth = ['--truth', file('truth.tif'), '--data-range', '1'];
    const options = [
      '--iterations',
      '8',
      '--stats',
      file('stats.csv'),
      '--out',
      file('logged.tif'),
    ];
    expect((await deconvolve('blurred.tif', ...known(), ...options, ...truth)).code).toBe(0);
    const [header, ...lines] = readFileSync(file('stats.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('iteration,iDivergence,residual,flux,relativeChange,psnr,ssim');
    const rows = lines.map((line) => line.split(',').map(Number));
    expect(rows.map(([iteration]) => iteration)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // Richardson-Lucy never lowers the likelihood; float32 sums.
    for (let i = 1; i < rows.length; i++)
      expect(rows[i][1]).toBeLessThanOrEqual(rows[i - 1][1] * (1 + 1e-5));
    const last = psnr(await read('logged.tif'), await read('truth.tif'), { dataRange: 1 });
    expect(rows[8][5]).toBeCloseTo(last, 5);
  });

  it('logs the result of a linear method in one row', async () => {
    const truth = ['--truth', file('truth.tif'), '--data-range', '1'];
    const options = ['--stats', file('linear.csv'), '--json', '--out', file('linear.tif')];
    const { out } = await deconvolve('blurred.tif', ...known('tikhonov'), ...options, ...truth);
    const { flux, updates } = JSON.parse(out) as { flux: { output: number }; updates: number };
    const [header, ...lines] = readFileSync(file('linear.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('iteration,residual,flux,psnr,ssim');
    const last = psnr(await read('linear.tif'), await read('truth.tif'), { dataRange: 1 });
    expect(lines).toHaveLength(1);
    const [iteration, , light, score] = lines[0].split(',').map(Number);
    expect([iteration, light]).toEqual([updates, flux.output]);
    expect(score).toBeCloseTo(last, 5);
  });

  it('stops early at the tolerance and says after how many updates', async () => {
    const options = [
      '--tolerance',
      '0.05',
      '--iterations',
      '500',
      '--json',
      '--out',
      file('early.tif'),
    ];
    const { out } = await deconvolve('blurred.tif', ...known(), ...options);
    const { updates } = JSON.parse(out) as { updates: number };
    expect(updates).toBeGreaterThan(1);
    expect(updates).toBeLessThan(100);
  });

  it('stores whole numbers when asked, and says how many values were clipped', async () => {
    const bright = await read('blurred.tif');
    await writeTiffStack(file('bright.tif'), {
      ...bright,
      data: bright.data.map((value) => 2.5e5 * value),
    });
    const options = [
      '--iterations',
      '10',
      '--sample-type',
      'uint16',
      '--json',
      '--out',
      file('whole.tif'),
    ];
    const { out } = await deconvolve('bright.tif', ...known(), ...options);
    const { sampleType, volume } = await readTiffStack(file('whole.tif'));
    const { clipped } = JSON.parse(out) as { clipped: number };
    expect(sampleType).toBe('uint16');
    expect(clipped).toBeGreaterThan(0);
    expect(volume.data.filter((value) => value === 65535)).toHaveLength(clipped);
  });

  it('computes the PSF from the optics for the voxels of the stack', async () => {
    const optics = ['--na', '1.4', '--ni', '1.5', '--wavelength', '0.61', '--psf-size', '7,11,11'];
    const options = ['--method', 'richardson-lucy', '--iterations', '3'];
    await deconvolve(
      'blurred.tif',
      ...options,
      ...optics,
      '--out',
      file('optics.tif'),
      '--psf-out',
      file('used.tif'),
    );
    const [used, psf] = [await read('used.tif'), await read('psf.tif')];
    expect(used.shape).toEqual(psf.shape);
    // Both were rounded to float32 after their sum was brought to 1.
    used.data.forEach((value, i) =>
      expect(Math.abs(value - psf.data[i])).toBeLessThan(1e-6 * extent(psf.data)[1]),
    );
  });
});

describe('blurcycle deconvolve, tiles', () => {
  it('show no seam', async () => {
    const wide: Shape3 = [12, 24, 96];
    const truth = stack(
      (z, y, x) => (z === 6 && (x * 7 + y * 3) % 23 === 0 ? 1 : z === 3 && y === 9 ? 0.3 : 0),
      wide,
    );
    await writeTiffStack(file('wide.tif'), truth);
    const noise = ['--photons', '10000', '--snr', 'none', '--gain', '1', '--border', 'reflect'];
    await blurcycle(
      'degrade',
      file('wide.tif'),
      '--psf',
      file('psf.tif'),
      ...noise,
      '--out',
      file('wideBlurred.tif'),
    );
    const options = [...known(), '--iterations', '20'];
    await deconvolve('wideBlurred.tif', ...options, '--out', file('whole.tif'));
    const tiled = await deconvolve(
      'wideBlurred.tif',
      ...options,
      '--tile',
      '12,24,40',
      '--json',
      '--out',
      file('tiled.tif'),
      '--stats',
      file('tiled.csv'),
    );
    expect(JSON.parse(tiled.out)).toMatchObject({ tiles: 3 });
    const rows = readFileSync(file('tiled.csv'), 'utf8').trimEnd().split('\n');
    expect(rows[0]).toBe('tile,iteration,iDivergence,residual,flux,relativeChange');
    expect(rows).toHaveLength(1 + 3 * 21);
    expect(rows.at(-1)).toMatch(/^3,20,/);
    const [whole, cut] = [await read('whole.tif'), await read('tiled.tif')];
    const range = extent(whole.data)[1];
    let worst = 0;
    whole.data.forEach(
      (value, i) => (worst = Math.max(worst, Math.abs(value - cut.data[i]) / range)),
    );
    // 20 updates carry what happens at the edge of a tile into the overlap; blended, a few parts in
    // a thousand are left.
    expect(worst).toBeLessThan(0.01);
    expect(worst).toBeGreaterThan(0);
  });
});

describe('blurcycle deconvolve --method auto', () => {
  it('ends by itself, says where and why, and shows both', async () => {
    const out = ['--preview', file('both.png'), '--out', file('auto.tif')];
    const auto = await deconvolve(
      'blurred.tif',
      '--method',
      'auto',
      '--psf',
      file('psf.tif'),
      ...out,
    );
    expect(auto).toMatchObject({ code: 0, error: '' });
    expect(auto.out).toMatch(/auto.tif: rl-tv, \d+ updates/);
    // This stack has so little noise that more updates may be worth it.
    expect(auto.out).toMatch(/ended (within|after \d+ of) 50 updates/);
    const end = ['--stop', 'discrepancy', '--tolerance', '0.01', '--iterations', '50'];
    const named = ['--method', 'rl-tv', ...end, '--negatives', 'clip'];
    const rest = ['--psf', file('psf.tif'), '--out', file('named.tif')];
    await deconvolve('blurred.tif', ...named, ...rest);
    expect((await read('auto.tif')).data).toEqual((await read('named.tif')).data);
    const { width, height, gray } = grayPng(readFileSync(file('both.png')));
    // Two of 24 pixels with a gap of 4; below them 12 planes of 0.25 µm as 30 pixels of 0.1 µm.
    expect([width, height]).toEqual([52, 24 + 4 + 30]);
    const [before, after] = [await read('blurred.tif'), await read('auto.tif')];
    for (const [left, volume] of [
      [0, before],
      [28, after],
    ] as const) {
      const projection = (y: number, x: number): number =>
        Math.max(...Array.from({ length: 12 }, (_, z) => volume.data[voxelIndex(SHAPE, z, y, x)]));
      // Brighter voxels are shown brighter; rounding to 256 grays is less than 1/100.
      const [bright, dark] = [projection(7, 10), projection(9, 10)];
      expect(bright).toBeGreaterThan(dark);
      expect(gray(7, left + 10)).toBeGreaterThan(gray(9, left + 10));
    }
  });

  it.each([
    [
      ['--method', 'wiener', '--iterations', 'auto'],
      /--stop must go with --method richardson-lucy/,
    ],
    [['--method', 'rl-tv', '--iterations', 'soon'], /--iterations must be a number or auto, got/],
    [['--method', 'auto', '--preview', 'no/where.png'], /--preview must lie in a folder/],
  ])('refuses %j', async (options, message) => {
    const rest = ['--psf', file('psf.tif'), '--out', file('never.tif')];
    const { code, error } = await deconvolve('blurred.tif', ...options, ...rest);
    expect(code).toBe(2);
    expect(error).toMatch(message);
  });
});

describe('blurcycle deconvolve --psf', () => {
  it.each([
    ['hot pixel', 'hot.tif', [11, 17, 17], [0, 0, 0], /brightest voxel of .* is it a hot pixel/],
    ['even sides', 'even.tif', [10, 16, 16], null, /^$/],
  ] as const)('leaves a bead in place: %s', async (_, name, sides, hot, warned) => {
    const bell = (shape: Shape3) =>
      stack(
        (z, y, x) =>
          Math.exp(
            -[z, y, x].reduce(
              (total, p, axis) =>
                total + ((p - (shape[axis] - 1) / 2) / (axis === 0 ? 1.8 : 1.4)) ** 2,
              0,
            ) / 2,
          ),
        shape,
      );
    const psf = bell([...sides]);
    if (hot !== null) psf.data[0] = 1.05;
    await writeTiffStack(file(name), psf);
    const bead = bell([11, 17, 17]);
    const sideOf: Shape3 = [24, 40, 36];
    await writeTiffStack(
      file('bead.tif'),
      stack((z, y, x) => {
        const [a, b, c] = [z - 7, y - 12, x - 10];
        const inside = a >= 0 && a < 11 && b >= 0 && b < 17 && c >= 0 && c < 17;
        return inside ? 1000 * bead.data[voxelIndex(bead.shape, a, b, c)] : 0;
      }, sideOf),
    );
    const options = ['--method', 'richardson-lucy', '--iterations', '30'];
    const out = ['--out', file('bead-out.tif')];
    const { code, error } = await deconvolve('bead.tif', ...options, '--psf', file(name), ...out);
    expect(code).toBe(0);
    // The bead is noise-free, so that its residual is more than its noise.
    expect(error.replaceAll(/warning: the blurred result misses.*\n/g, '')).toMatch(warned);
    const result = await read('bead-out.tif');
    const [, most] = extent(result.data);
    expect(result.data.indexOf(most)).toBe(voxelIndex(sideOf, 12, 20, 18));
    // The light of the bead is 55,455; half a voxel off, the maximum was 5535.
    expect(most).toBeGreaterThan(14_000);
  });

  it('resamples a PSF to the voxels of the stack, and says so', async () => {
    const finer = { ...(await read('psf.tif')), voxelSizeUm: [0.25, 0.05, 0.05] as const };
    await writeTiffStack(file('finer.tif'), finer);
    const out = ['--json', '--out', file('resampled.tif')];
    const options = ['--method', 'richardson-lucy', '--iterations', '5', ...out];
    const answer = await deconvolve('blurred.tif', ...options, '--psf', file('finer.tif'));
    expect(answer.code).toBe(0);
    const { psf } = JSON.parse(answer.out) as { psf: { shape: number[]; notes: string[] } };
    expect(psf.shape).toEqual([7, 7, 7]);
    expect(psf.notes[0]).toBe(
      'resampled from voxels of 0.25 x 0.05 x 0.05 µm to those of the stack',
    );
    const own = ['--psf', file('finer.tif'), '--psf-voxel', '0.25,0.1,0.1'];
    const stated = await deconvolve('blurred.tif', ...options, ...own);
    expect((JSON.parse(stated.out) as { psf: { shape: number[] } }).psf.shape).toEqual([7, 11, 11]);
  });
});

describe('blurcycle deconvolve, bad input', () => {
  beforeAll(async () => {
    const blurred = await read('blurred.tif');
    const changed = (data: Float32Array): Volume => ({ ...blurred, data });
    await writeTiffStack(
      file('nan.tif'),
      changed(blurred.data.map((value, i) => (i === 600 ? NaN : value))),
    );
    await writeTiffStack(file('negative.tif'), changed(blurred.data.map((value) => value - 0.3)));
    await writeTiffStack(file('constant.tif'), changed(blurred.data.map(() => 7)));
    await writeTiffStack(
      file('large.tif'),
      stack((z, y, x) => (z + y + x === 36 ? 1 : 0), [25, 25, 25]),
    );
    await writeTiffStack(file('fine.tif'), {
      ...(await read('psf.tif')),
      voxelSizeUm: [0.25, 0.05, 0.05],
    });
    mkdirSync(file('folder'));
  });

  const times = join(
    import.meta.dirname,
    '../../../libs/data/test/tiffFixtures/imagej-frames-only.tif',
  );

  it('subtracts the offset of a camera where told to, and asks what it is where not', async () => {
    // 40 counts of offset under at most a few hundred of light, in whole numbers as cameras give.
    const light = await read('blurred.tif');
    const counts = light.data.map((value) => Math.round(500 * value));
    const save = (name: string, offset: number): Promise<unknown> =>
      writeTiffStack(
        file(name),
        createVolume(
          SHAPE,
          VOXELS,
          counts.map((value) => value + offset),
        ),
        { sampleType: 'uint16' },
      );
    await save('counts.tif', 0);
    await save('offset.tif', 40);
    const run = async (stack: string, ...options: string[]) => {
      const answer = await deconvolve(stack, ...known(), ...options, '--out', file('light.tif'));
      expect(answer.code).toBe(0);
      return { ...answer, result: await read('light.tif') };
    };
    const right = await run('counts.tif', '--background', '40');
    const subtracted = await run('offset.tif', '--offset', '40', '--background', '40');
    expect(subtracted.result.data).toEqual(right.result.data);
    expect(subtracted.out).toContain('offset: 40.000 subtracted');
    const asked = await run('offset.tif');
    expect(asked.error).toMatch(
      /^warning: the darkest parts of the stack reach \d+\.\d+: if that is the camera's offset, give --offset auto/m,
    );
    const found = await run('offset.tif', '--offset', 'auto', '--json');
    const { offset } = JSON.parse(found.out) as { offset: number };
    expect(offset).toBeGreaterThan(40);
    expect(found.error).not.toContain('offset');
  });

  it('warns of few gray values, of other light, and of a result that does not explain the data', async () => {
    const warnings = async (stack: string, ...options: string[]): Promise<string> => {
      const answer = await deconvolve(stack, ...options, '--out', file('warned.tif'));
      expect(answer.code).toBe(0);
      return answer.error;
    };
    expect(await warnings('blurred.tif', ...known(), '--sample-type', 'uint16')).toMatch(
      /^warning: uint16 keeps \d gray values of a result that ends at .+: give --sample-type float32, or --sample-scale auto$/m,
    );
    expect(await warnings('blurred.tif', ...known(), '--iterations', '1')).toMatch(
      /^warning: the blurred result misses the data by .+ their noise: too few iterations/m,
    );
    expect(await warnings('blurred.tif', ...known())).toBe('');
  });

  it.each([
    [['blurred.tif', '--psf', 'psf.tif'], 'deconvolve: --method must be given'],
    [
      ['blurred.tif', '--psf', 'psf.tif', '--method', 'richardson-lucie'],
      "unknown method 'richardson-lucie' (did you mean 'richardson-lucy'?",
    ],
    [['blurred.tif', '--psf-size', '3,3,3'], '--na, --ni, --wavelength must be given, too'],
    [['nan.tif'], "every value of '<>nan.tif' must be finite, got NaN (plane 2, row 1, column 0"],
    [['negative.tif'], 'observed must have no negative value'],
    [['constant.tif'], "'<>constant.tif' must hold more than one intensity, got '7 everywhere'"],
    [
      ['blurred.tif', '--psf', 'large.tif', '--boundary', 'zero'],
      'the PSF must be no larger than the stack, [12, 24, 24], got [47, 27, 47] (so large after centering; --crop-psf',
    ],
    [['folder'], 'the folder holds no .tif, .tiff or .zarr'],
    [['blurred.tif', '--out', 'folder'], '--out must be a file'],
    [['blurred.tif', '--out', 'nowhere/out.tif'], '--out must lie in a folder that exists'],
    [['blurred.tif', '--out', 'blurred.tif'], '--out must be another file than the input'],
    [
      ['blurred.tif', '--out', 'a.tif', '--stats', 'a.tif'],
      '--stats must be another file than --out',
    ],
    [
      ['blurred.tif', '--out', 'a.tif', '--psf-out', './a.tif'],
      '--psf-out must be another file than --out',
    ],
    [
      ['blurred.tif', '--start', 'truth.tif', '--out', 'truth.tif'],
      '--out must be another file than the input',
    ],
    [['blurred.tif', '--out', '/dev/null'], '--out must be a file'],
    [['blurred.tif', '--offset', 'some'], "--offset must be a number or auto, got 'some'"],
    [['blurred.tif', '--threads', '0'], 'threads must be a positive integer, got 0'],
    [['blurred.tif', '--lambda', '1'], '--lambda must go with --method rl-tv or tikhonov, got'],
    [['blurred.tif', '--iterations', '-3'], '--iterations must be above 0, got -3'],
    [['blurred.tif', '--iterations', 'many'], '--iterations must be'],
    [['blurred.tif', '--na', '1.4'], '--na must be left out with --psf'],
    [['blurred.tif', '--truth', 'truth.tif'], '--truth must go with --stats'],
    [['blurred.tif', '--tile', '12,10,24'], '--tile must be larger than the overlap [7, 11, 11]'],
    [
      ['blurred.tif', '--tile', '12,24,20', '--tolerance', '0.1'],
      '--tile must not go with --tolerance',
    ],
    [[times], 'time points (choose one with --time-point'],
  ])(
    'answers %j with one line and exit code 2, and writes nothing',
    async ([name, ...options], expected) => {
      const before = readdirSync(folder);
      const path = (text: string): string =>
        /\.tif$|^folder$/.test(text) && !text.startsWith('/') ? file(text) : text;
      const has = (option: string): boolean => options.includes(option);
      const { code, error, out } = await blurcycle(
        'deconvolve',
        path(name),
        ...options.map(path),
        ...(has('--method') || expected.includes('--method must be given')
          ? []
          : ['--method', 'richardson-lucy']),
        ...(has('--psf') || has('--psf-size') ? [] : ['--psf', file('psf.tif')]),
        ...(has('--out') ? [] : ['--out', file('never.tif')]),
      );
      expect(error).toContain(expected.replaceAll('<>', `${folder}/`));
      expect(error.trim().split('\n')).toHaveLength(1);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(readdirSync(folder)).toEqual(before);
    },
  );
});
