import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVolume, type Volume } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  encodeDirectories,
  nearestRational,
  planStackDirectories,
} from '../src/tiff/encodeDirectories.ts';
import { formatImagejDescription } from '../src/tiff/descriptions.ts';
import { formatOmeXml } from '../src/tiff/omeXml.ts';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';
import { writeTiffStack } from '../src/tiff/writeTiffStack.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blurcycle-tiff-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Values 0, 1, 2, ... in a box of three different sides and three different voxel edges. */
function counting(): Volume {
  const data = Float32Array.from({ length: 4 * 5 * 6 }, (_, i) => i);
  return createVolume([4, 5, 6], [0.3, 0.125, 0.1], data);
}

describe('writeTiffStack(path, volume), uint16', () => {
  const write = (values: number[], options: Parameters<typeof writeTiffStack>[2]) =>
    writeTiffStack(
      join(folder, 'u16.tif'),
      createVolume([1, 1, values.length], [1, 1, 1], Float32Array.from(values)),
      {
        sampleType: 'uint16',
        ...options,
      },
    );
  const stored = async () => [...(await readTiffStack(join(folder, 'u16.tif'))).volume.data];

  it('keeps whole numbers of the range', async () => {
    await write([0, 1, 65535], {});
    expect(await stored()).toEqual([0, 1, 65535]);
  });

  it.each([[-1], [65536], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'refuses %s',
    async (value) => {
      await rm(join(folder, 'u16.tif'), { force: true });
      await expect(write([1, value], {})).rejects.toThrow(
        `writeTiffStack: values must be whole numbers from 0 to 65535 to be stored as uint16, got ${value}`,
      );
      expect(await readdir(folder)).not.toContain('u16.tif');
    },
  );

  it('rounds when told to, and refuses what lies outside', async () => {
    await write([0.4, 1.5, 7], { quantization: 'round' });
    expect(await stored()).toEqual([0, 2, 7]);
    await expect(write([-0.6], { quantization: 'round' })).rejects.toThrow(
      'lie between 0 and 65535',
    );
  });

  it('stretches when told to, and gives the way back', async () => {
    const { scale, offset } = await write([-1, 0, 1], { quantization: 'scale' });
    expect(await stored()).toEqual([0, 32768, 65535]);
    // Half a step of the 65535.
    expect(32768 * scale + offset).toBeCloseTo(0, 4);
    expect(65535 * scale + offset).toBeCloseTo(1, 12);
  });
});

describe('writeTiffStack(path, volume), files', () => {
  it('replaces an old file whole and leaves nothing beside it', async () => {
    const path = join(folder, 'replaced.tif');
    await writeFile(path, 'old');
    await writeTiffStack(path, counting());
    expect((await readTiffStack(path)).volume.data).toEqual(counting().data);
    expect((await readdir(folder)).filter((name) => name.includes('replaced'))).toEqual([
      'replaced.tif',
    ]);
  });

  it('says in one line that the folder does not exist', async () => {
    const path = join(folder, 'none', 'a.tif');
    await expect(writeTiffStack(path, counting())).rejects.toThrow(
      `writeTiffStack: cannot write '${path}', got ENOENT (the folder does not exist: create it first)`,
    );
  });

  it.skipIf(process.getuid?.() === 0)(
    'says in one line that the folder is read-only (skipped for root)',
    async () => {
      const locked = join(folder, 'locked');
      await mkdir(locked);
      await chmod(locked, 0o555);
      await expect(writeTiffStack(join(locked, 'a.tif'), counting())).rejects.toThrow(
        'got EACCES (no permission',
      );
    },
  );

  it('leaves the old file and no part of the new one when the disk is full', async () => {
    const path = join(folder, 'full.tif');
    await writeFile(path, 'old');
    const write = writeFileAtomically(path, 'writeTiffStack', async (file) => {
      await file.writeFile('half of the new content');
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    await expect(write).rejects.toThrow(`cannot write '${path}', got ENOSPC (the disk is full`);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(folder)).filter((name) => name.includes('full'))).toEqual(['full.tif']);
  });
});

describe('planStackDirectories(shape, ...)', () => {
  const { shape, voxelSizeUm, data } = counting();
  const image = { shape, voxelSizeUm, channels: 1, timePoints: 1 };
  const write = async (name: string, format: 'imagej' | 'ome', limit: number) => {
    const description =
      format === 'ome' ? formatOmeXml(image, 'float') : formatImagejDescription(image, [0, 119]);
    const plan = planStackDirectories(shape, voxelSizeUm, 'float32', format, description, limit);
    await writeFile(
      join(folder, name),
      Buffer.concat([encodeDirectories(plan.directories, plan.bigTiff), Buffer.from(data.buffer)]),
    );
    return plan;
  };

  it.each(['imagej', 'ome'] as const)(
    'stays readable beyond the reach of 32-bit offsets (%s)',
    async (format) => {
      // The limit stands for 4 GiB: the file of 120 values passes it.
      const { directories, bigTiff } = await write('large.tif', format, 1000);
      expect([directories.length, bigTiff]).toEqual(format === 'ome' ? [4, true] : [1, false]);
      const { volume } = await readTiffStack(join(folder, 'large.tif'));
      expect(volume.data).toEqual(data);
      // Short decimals are stored as exact fractions; one division rounds.
      volume.voxelSizeUm.forEach((um, axis) => expect(um).toBeCloseTo(voxelSizeUm[axis], 14));
    },
  );
});

describe('nearestRational(value)', () => {
  it('finds the fraction behind a decimal', () => {
    expect(nearestRational(1 / 0.13)).toEqual([100, 13]);
    expect(nearestRational(10)).toEqual([10, 1]);
    expect(nearestRational(0.008)).toEqual([1, 125]);
  });

  it('stays within 32 bits and close to any value', () => {
    for (const value of [Math.PI, Math.PI * 1e6, Math.PI * 1e-6, 4e9, 1e-9, 1e12, 1e-12]) {
      const [numerator, denominator] = nearestRational(value);
      expect(Math.max(numerator, denominator)).toBeLessThan(2 ** 32);
      expect(Math.min(numerator, denominator)).toBeGreaterThan(0);
      // A best fraction whose successor has a term beyond 2^32 is within 2^-32 of the value,
      // relatively.
      if (value > 1e-9 && value < 4.2e9)
        expect(Math.abs(numerator / denominator / value - 1)).toBeLessThan(2 ** -32);
    }
  });
});

const SCRIPT = `
import sys, json, numpy, tifffile
out = []
for name in sys.argv[1:]:
    with tifffile.TiffFile(name) as file:
        series = file.series[0]
        x, y = (file.pages[0].tags[tag].value for tag in ('XResolution', 'YResolution'))
        out.append(dict(axes=series.axes, shape=series.shape, dtype=str(series.dtype), imagej=file.imagej_metadata,
                        ome=file.ome_metadata, dx=x[1] / x[0], dy=y[1] / y[0],
                        same=bool((series.asarray().ravel() == numpy.arange(120)).all())))
print(json.dumps(out))
`;
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import tifffile'], { stdio: 'ignore' }).status === 0,
);

describe(`writeTiffStack(path, volume) as tifffile reads it${python === undefined ? ' (skipped: no python3 with tifffile here)' : ''}`, () => {
  it.skipIf(python === undefined)('has the same shape, axes, voxel size and values', async () => {
    const names = ['f32.tif', 'u16.tif', 'f32.ome.tif', 'u16.ome.tif'].map((name) =>
      join(folder, name),
    );
    for (const name of names) {
      await writeTiffStack(name, counting(), {
        format: name.endsWith('ome.tif') ? 'ome' : 'imagej',
        sampleType: name.includes('u16') ? 'uint16' : 'float32',
      });
    }
    const { stdout, stderr } = spawnSync(python ?? '', ['-c', SCRIPT, ...names], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const read = JSON.parse(stdout) as Record<string, unknown>[];
    read.forEach((file, i) => {
      expect(file).toMatchObject({ axes: 'ZYX', shape: [4, 5, 6], same: true, dx: 0.1, dy: 0.125 });
      expect(file.dtype).toBe(names[i].includes('u16') ? 'uint16' : 'float32');
      if (i < 2)
        expect(file.imagej).toMatchObject({
          images: 4,
          slices: 4,
          unit: 'micron',
          spacing: 0.3,
          min: 0,
          max: 119,
        });
      else expect(file.ome).toContain('PhysicalSizeZ="0.3"');
    });
  });
});
