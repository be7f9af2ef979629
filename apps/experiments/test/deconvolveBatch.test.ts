import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { openTiffFile, readTiffStack, writeTiffHyperstack, writeTiffStack } from '@blurcycle/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from '@blurcycle/stacks';
import { blurcycle } from './commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-batch-'));
const at = (...names: string[]): string => join(folder, ...names);
const SHAPE: Shape3 = [6, 16, 16];
const VOXELS = [0.25, 0.1, 0.1] as const;
const OPTICS = ['--na', '1.2', '--ni', '1.5', '--psf-size', '5,7,7'];
const METHOD = ['--method', 'richardson-lucy', '--iterations', '4'];

/** Spots on light that is everywhere; another number gives others. */
function spots(number: number): Volume {
  const random = createRandomStream(number, 'batch');
  const volume = createVolume(SHAPE, VOXELS);
  volume.data.forEach((_, i) => (volume.data[i] = Math.round(10 + 5 * random.uniform())));
  for (let i = 0; i < 5; i++) volume.data[Math.floor(random.uniform() * volume.data.length)] = 300;
  return volume;
}

const read = async (path: string): Promise<Volume> => (await readTiffStack(path)).volume;
/** Number of the stack of a channel and a time point of `cells.tif`. */
const numberOf = (channel: number, timePoint: number): number => 10 * timePoint + channel;

beforeAll(async () => {
  mkdirSync(at('raw'));
  for (const i of [1, 2, 3]) await writeTiffStack(at('raw', `cell${i}.tif`), spots(i));
  await writeTiffHyperstack(
    at('cells.tif'),
    { shape: SHAPE, voxelSizeUm: VOXELS, channels: 2, timePoints: 3, range: [0, 300] },
    {},
    (channel, timePoint) => Promise.resolve(spots(numberOf(channel, timePoint)).data),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('blurcycle deconvolve --mask', () => {
  const optics = [...OPTICS, '--wavelength', '0.46', '--hot-voxels', 'keep'];
  const isDirt = (i: number): boolean => i % 16 >= 12 && Math.floor(i / 16) % 16 >= 12;
  const run = (stack: string, method: string, ...more: string[]) =>
    blurcycle('deconvolve', at(stack), '--method', method, ...optics, ...more, '--json');

  it('leaves out what the mask names: beyond it the result is that without the dirt', async () => {
    const [clean, dirty, mask] = [spots(5), spots(5), createVolume(SHAPE, VOXELS)];
    dirty.data.forEach((_, i) => {
      if (!isDirt(i)) return;
      dirty.data[i] = 4000;
      mask.data[i] = 255;
    });
    for (const [name, volume] of Object.entries({ clean, dirty, mask }))
      await writeTiffStack(at(`${name}.tif`), volume);
    const hides = ['--iterations', '20', '--mask', at('mask.tif')];
    for (const method of ['richardson-lucy', 'rl-tv']) {
      for (const name of ['clean', 'dirty']) {
        const { code, out } = await run(
          `${name}.tif`,
          method,
          ...hides,
          '--out',
          at(`m-${name}.tif`),
        );
        expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, excluded: 96 });
      }
      const seen = ['--iterations', '20', '--out', at('m-seen.tif')];
      await run('dirty.tif', method, ...seen);
      const [a, b, c] = await Promise.all(
        ['m-clean.tif', 'm-dirty.tif', 'm-seen.tif'].map((name) => read(at(name))),
      );
      // What a masked voxel holds enters nothing.
      expect(b.data).toEqual(a.data);
      const inside = (volume: Volume): number =>
        volume.data.reduce((most, value, i) => (isDirt(i) ? Math.max(most, value) : most), 0);
      expect(inside(b)).toBeLessThan(inside(c) / 4);
    }
  });

  it('refuses methods without weights, another shape, and a mask of everything', async () => {
    const { data } = createVolume(SHAPE, VOXELS);
    await writeTiffStack(at('all.tif'), { shape: SHAPE, voxelSizeUm: VOXELS, data: data.fill(1) });
    await writeTiffStack(at('small.tif'), createVolume([6, 16, 15], VOXELS));
    const out = ['--out', at('refused.tif')];
    for (const [method, mask, rule] of [
      ['wiener', 'mask.tif', /--mask must go with --method richardson-lucy, rl-tv or auto/],
      ['rl-tv', 'small.tif', /--mask must have the shape of the stack/],
      ['rl-tv', 'all.tif', /--mask must leave voxels that count/],
    ] as const) {
      const { code, error } = await run('dirty.tif', method, '--mask', at(mask), ...out);
      expect(code).toBe(2);
      expect(error).toMatch(rule);
    }
    expect(existsSync(at('refused.tif'))).toBe(false);
  });
});

describe('blurcycle deconvolve, whole acquisitions', () => {
  it.each(['imagej', 'ome'])(
    'gives all channels and time points of a hyperstack, each with the PSF of its channel (%s)',
    async (format) => {
      const out = at(`sharp-${format}.tif`);
      const options = [...METHOD, ...OPTICS, '--format', format, '--out', out];
      const all = await blurcycle(
        ...['deconvolve', at('cells.tif'), ...options, '--wavelength', '0.46,0.61', '--json'],
      );
      expect({ code: all.code, error: all.error }).toEqual({ code: 0, error: '' });
      const { stacks } = JSON.parse(all.out) as {
        stacks: { channel: number; timePoint: number }[];
      };
      expect(stacks.map(({ channel, timePoint }) => [channel, timePoint])).toEqual(
        [1, 2, 3].flatMap((t) => [1, 2].map((c) => [c, t])),
      );
      const result = await openTiffFile(out);
      expect(result).toMatchObject({ channels: 2, timePoints: 3, shape: SHAPE });
      result.voxelSizeUm.forEach((side, axis) => expect(side).toBeCloseTo(VOXELS[axis], 6));
      for (const [channel, wavelength] of [
        [1, '0.46'],
        [2, '0.61'],
      ] as const) {
        const single = at('single.tif');
        const choice = ['--channel', String(channel), '--time-point', '2'];
        const own = [...METHOD, ...OPTICS, '--wavelength', wavelength, '--out', single];
        expect(await blurcycle('deconvolve', at('cells.tif'), ...choice, ...own)).toMatchObject({
          code: 0,
        });
        expect((await result.read(channel, 2)).data).toEqual((await read(single)).data);
      }
      await result.close();
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    },
  );

  it('writes the same values as OME-Zarr, reads them again, and repeats them', async () => {
    const optics = [...OPTICS, '--wavelength', '0.46'];
    const run = (stack: string, ...out: string[]) =>
      blurcycle('deconvolve', stack, ...METHOD, ...optics, ...out);
    for (const name of ['cells.zarr', 'cells-z.tif'])
      expect(await run(at('cells.tif'), '--out', at(name))).toMatchObject({ code: 0 });
    const [zarr, tiff] = [
      await openStack(at('cells.zarr'), {}),
      await openStack(at('cells-z.tif'), {}),
    ];
    expect(zarr).toMatchObject({ channels: 2, timePoints: 3, shape: SHAPE, voxelSizeUm: VOXELS });
    for (const [channel, timePoint] of [
      [1, 1],
      [2, 3],
    ] as const)
      expect((await zarr.read(channel, timePoint)).data).toEqual(
        (await tiff.read(channel, timePoint)).data,
      );
    await tiff.close();
    const again = await blurcycle('repeat', at('cells.json'));
    expect(again.out).toContain('the same values, bit for bit');

    // A single stack of it is the input of a batch whose results are OME-Zarr, too.
    const choice = ['--channel', '2', '--time-point', '3', '--format', 'zarr'];
    const batch = await run(at('cells.zarr'), ...choice, '--out-dir', at('zarrs'));
    expect(batch).toMatchObject({ code: 0 });
    expect(readdirSync(at('zarrs'))).toEqual(['cells.json', 'cells.zarr']);
    const upToDate = await run(at('cells.zarr'), ...choice, '--out-dir', at('zarrs'));
    expect(upToDate.error).toBe(`${at('zarrs', 'cells.zarr')}: up to date\n`);
  });

  it('takes one PSF file for each channel, and refuses another number of them', async () => {
    for (const wavelength of ['0.46', '0.61']) {
      const psf = ['--na', '1.2', '--ni', '1.5', '--size', '5,7,7', '--wavelength', wavelength];
      await blurcycle('psf', ...psf, '--out', at(`psf${wavelength}.tif`));
    }
    const psfs = ['0.46', '0.61'].flatMap((name) => ['--psf', at(`psf${name}.tif`)]);
    const out = ['--out', at('by-files.tif')];
    const answer = await blurcycle('deconvolve', at('cells.tif'), ...METHOD, ...psfs, ...out);
    expect(answer).toMatchObject({ code: 0, error: '' });
    const choice = { channel: 2, timePoint: 3 };
    const [files, optics] = [
      await readTiffStack(at('by-files.tif'), choice),
      await readTiffStack(at('sharp-imagej.tif'), choice),
    ];
    // A PSF goes through its file as 32-bit numbers.
    optics.volume.data.forEach((value, i) => expect(files.volume.data[i]).toBeCloseTo(value, 2));
    const three = [...psfs, '--psf', at('psf0.46.tif'), '--out', at('never.tif')];
    const refused = await blurcycle('deconvolve', at('cells.tif'), ...METHOD, ...three);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.error).toContain(
      'PSFs must be one for all channels or one for each of 2, got 3',
    );
    expect(existsSync(at('never.tif'))).toBe(false);
  });

  it('does a folder of files, and goes on where it was', async () => {
    const batch = () =>
      blurcycle(
        ...['deconvolve', at('raw'), ...METHOD, '--psf', at('psf0.46.tif')],
        ...['--out-dir', at('sharp')],
      );
    const first = await batch();
    expect(first).toMatchObject({ code: 0, error: '' });
    const names = [1, 2, 3].flatMap((i) => [`cell${i}.json`, `cell${i}.tif`]);
    expect(readdirSync(at('sharp'))).toEqual(names);
    const before = statSync(at('sharp', 'cell1.tif')).mtimeMs;
    // As if it had been killed before the third, and the second file measured anew.
    rmSync(at('sharp', 'cell3.tif'));
    await writeTiffStack(at('raw', 'cell2.tif'), spots(22));
    const again = await batch();
    expect(again.error).toBe(`${at('sharp', 'cell1.tif')}: up to date\n`);
    expect(again.out).toContain(`${at('sharp', 'cell2.tif')}: richardson-lucy, 4 updates`);
    expect(again.out).toContain(`${at('sharp', 'cell3.tif')}: richardson-lucy, 4 updates`);
    expect(statSync(at('sharp', 'cell1.tif')).mtimeMs).toBe(before);
  });

  it('tells of a file with bad data and does the others', async () => {
    mkdirSync(at('mixed'));
    const bad = spots(1);
    bad.data[300] = NaN;
    await writeTiffStack(at('mixed', 'bad.tif'), bad);
    await writeTiffStack(at('mixed', 'good.tif'), spots(2));
    const options = [...METHOD, ...OPTICS, '--wavelength', '0.5', '--out-dir', at('mixed-sharp')];
    const { code, error } = await blurcycle('deconvolve', at('mixed', '*.tif'), ...options);
    expect(code).toBe(2);
    expect(error).toContain('must be finite, got NaN');
    expect(error).toContain("stacks must all be sound, got '1 of 2 that are not'");
    expect(readdirSync(at('mixed-sharp'))).toEqual(['good.json', 'good.tif']);
  });

  it.each([
    [['raw', '--out', 'one.tif'], '--out must be --out-dir for several stacks'],
    [['raw'], '--out must be given'],
    [['raw', '--out-dir', 'raw'], 'must be another file than the input'],
    [['raw', 'raw/../cells.tif', 'copy', '--out-dir', 'd'], 'must name TIFF files'],
    [['cells.tif', '--out', 'a.tif', '--psf-out', 'p.tif'], '--psf-out must go with one stack'],
    [['raw', '--out-dir', 'd', '--stats', 's.csv'], '--stats must go with --out and one stack'],
  ])('answers %j with one line and exit code 2, and writes nothing', async (given, expected) => {
    mkdirSync(at('copy'), { recursive: true });
    const options = given.map((text) =>
      text.startsWith('--') || text.endsWith('.csv') ? text : at(text),
    );
    const before = readdirSync(folder);
    const { code, error } = await blurcycle(
      ...['deconvolve', ...options, ...METHOD, ...OPTICS, '--wavelength', '0.5'],
    );
    expect(error).toContain(expected);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('the record beside a result', () => {
  it('says how it was made, as does the file itself, and makes it again', async () => {
    const options = [...METHOD, '--psf', at('psf0.46.tif'), '--out', at('made.tif')];
    await blurcycle('deconvolve', at('raw', 'cell1.tif'), ...options);
    const record = JSON.parse(readFileSync(at('made.json'), 'utf8')) as Record<string, unknown>;
    expect(record).toMatchObject({
      command: [
        ...['deconvolve', 'raw/cell1.tif', '--method', 'richardson-lucy', '--iterations', '4'],
        ...['--psf', 'psf0.46.tif', '--out', 'made.tif'],
      ],
      report: { settings: { iterations: 4 }, stacks: [{ updates: 4 }] },
    });
    expect(Object.keys(record['inputs'] as object)).toEqual(['raw/cell1.tif', 'psf0.46.tif']);
    const text = readFileSync(at('made.tif'), 'latin1');
    expect(text).toContain('blurcycle={"blurcycle":"');
    expect(text).toContain('"command":["deconvolve","raw/cell1.tif"');
    const again = await blurcycle('repeat', at('made.json'), '--out', at('again.tif'));
    expect(again).toMatchObject({ code: 0, error: '' });
    expect(again.out).toContain('the same values, bit for bit');
    expect((await read(at('again.tif'))).data).toEqual((await read(at('made.tif'))).data);
  });

  it('is no longer repeated when an input has changed, and is never written over another file', async () => {
    await writeTiffStack(at('raw', 'cell1.tif'), spots(11));
    const { code, error } = await blurcycle('repeat', at('made.json'));
    expect(code).toBe(2);
    expect(error).toContain('each input must be as it was');
    const options = [...METHOD, '--psf', at('psf0.46.tif'), '--out', at('package.tif')];
    await writeTiffStack(at('package.json'), spots(1));
    const refused = await blurcycle('deconvolve', at('raw', 'cell1.tif'), ...options);
    expect(refused.error).toContain('--out must leave other files as they are');
    expect(existsSync(at('package.tif'))).toBe(false);
  });
});
