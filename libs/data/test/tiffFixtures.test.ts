import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReadTiffOptions } from '../src/acquisition.ts';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';
import { fixtureFolder, fixtures, fixtureValue, type TiffFixture } from './tiffFixtures.ts';

const read = (name: string, options: ReadTiffOptions = {}) =>
  readTiffStack(`${fixtureFolder}${name}`, { defaultVoxelSizeUm: [1, 1, 1], ...options });

/** Sides of the stored array by axis; the last two are y and x unless `axes` says otherwise. */
function sides({ shape, axes = 'ZYX' }: TiffFixture): Map<string, number> {
  const named = axes.length === shape.length ? axes : axes.slice(-shape.length);
  return new Map([...named].map((axis, i) => [axis, shape[i]]));
}

/** What the file must give for one channel and time point, by the formula of its generator. */
function expected(fixture: TiffFixture, channel: number, timePoint: number): Float32Array {
  const size = sides(fixture);
  const side = (axis: string) => size.get(axis) ?? 1;
  const values = new Float32Array(side('Z') * side('Y') * side('X'));
  let to = 0;
  for (let z = 0; z < side('Z'); z++) {
    for (let y = 0; y < side('Y'); y++) {
      for (let x = 0; x < side('X'); x++) {
        const position: Record<string, number> = { Z: z, Y: y, X: x, C: channel, T: timePoint };
        const index = [...size].reduce((sum, [axis, length]) => sum * length + position[axis], 0);
        values[to++] = fixtureValue(fixture, index);
      }
    }
  }
  return values;
}

const readable = fixtures.filter(({ refused }) => refused === undefined);

describe('readTiffStack(path) on files of other writers', () => {
  it.each(readable.map((fixture): [string, TiffFixture] => [fixture.name, fixture]))(
    'reads every value of every channel and time point (fixture %s)',
    async (name, fixture) => {
      const size = sides(fixture);
      const [channels, times] = [size.get('C') ?? 1, size.get('T') ?? 1];
      for (let channel = 0; channel < channels; channel++) {
        for (let time = 0; time < times; time++) {
          const choice = {
            ...(channels > 1 ? { channel: channel + 1 } : {}),
            ...(times > 1 ? { timePoint: time + 1 } : {}),
          };
          const { volume, sampleType } = await read(name, choice);
          expect(volume.shape).toEqual([size.get('Z') ?? 1, size.get('Y'), size.get('X')]);
          expect(sampleType).toBe(fixture.dtype);
          expect(volume.data).toEqual(expected(fixture, channel, time));
          // Pillow and tifffile round the resolution to a fraction that is good to about 1e-8.
          fixture.voxelSizeUm?.forEach((um, axis) =>
            expect(volume.voxelSizeUm[axis]).toBeCloseTo(um, 8),
          );
        }
      }
    },
  );

  it.each(fixtures.filter(({ refused }) => refused !== undefined))(
    'refuses $name in one line',
    async ({ name, refused }) => {
      const error = await read(name).catch(String);
      expect(error).toMatch(`cannot read '${fixtureFolder}${name}'`);
      expect(error).toContain(refused);
      expect(error).not.toContain('\n');
    },
  );

  it('asks for the channel and the time point, and says how many there are', async () => {
    await expect(read('imagej-channels.tif')).rejects.toThrow(
      "'imagej-channels.tif' must be a single z stack, got 2 channels (choose one with --channel 1 to 2)",
    );
    await expect(read('imagej-times.tif', { channel: 1 })).rejects.toThrow('got 3 time points');
    await expect(read('imagej-channels.tif', { channel: 3 })).rejects.toThrow('from 1 to 2');
    await expect(read('imagej-frames-only.tif')).rejects.toThrow(
      'choose one with --time-point 1 to 4, or give --page-axis z if its pages are slices',
    );
  });

  it('takes frames for slices when told so', async () => {
    const { volume } = await read('imagej-frames-only.tif', { pageAxis: 'z' });
    expect(volume.shape).toEqual([4, 5, 7]);
  });

  it('names the missing voxel size and its remedy', async () => {
    const path = `${fixtureFolder}imagej-pixel.tif`;
    await expect(readTiffStack(path)).rejects.toThrow(`the voxel size of '${path}' must be known`);
    await expect(readTiffStack(path)).rejects.toThrow('give --voxel z,y,x in µm');
    const { volume, statedVoxelSizeUm } = await readTiffStack(path, {
      voxelSizeUm: [0.3, 0.1, 0.1],
    });
    expect(volume.voxelSizeUm).toEqual([0.3, 0.1, 0.1]);
    expect(statedVoxelSizeUm).toEqual([null, null, null]);
  });

  it('lets the option stand above the file', async () => {
    const { volume } = await read('imagej-micron.tif', { voxelSizeUm: [1, 2, 3] });
    expect(volume.voxelSizeUm).toEqual([1, 2, 3]);
  });

  it('takes no more memory than it is allowed', async () => {
    await expect(read('imagej-micron.tif', { maxBytes: 4 * 4 * 5 * 7 - 1 })).rejects.toThrow(
      'need more than 559 bytes (crop it first, or use a machine with more memory)',
    );
    await expect(read('imagej-micron.tif', { maxBytes: 4 * 4 * 5 * 7 })).resolves.toMatchObject({
      sampleType: 'uint16',
    });
  });

  it('reads a file of no type, a folder and nothing as one line each', async () => {
    for (const path of [
      `${fixtureFolder}fixtures.json`,
      fixtureFolder,
      `${fixtureFolder}none.tif`,
    ]) {
      const error = await readTiffStack(path).catch(String);
      expect(error).toMatch(/^InputError: readTiffStack: cannot (read|open) '/);
      expect(error).toContain(basename(path));
    }
  });
});
