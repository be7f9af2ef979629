import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReadTiffOptions } from '../src/acquisition.ts';
import { lengthUnitUm } from '../src/tiff/stackDimensions.ts';
import { openTiffFile } from '../src/tiff/openTiffFile.ts';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';
import {
  type Field,
  HEIGHT,
  lsmInfo,
  lsmThumbnail,
  type Page,
  plane,
  stkDistances,
  tiffOf,
  WIDTH,
} from './vendorTiffs.ts';

const folder = mkdtempSync(join(tmpdir(), 'blurcycle-acquisitions-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

function writeTiff(name: string, ...file: Parameters<typeof tiffOf>): void {
  writeFileSync(at(name), tiffOf(...file));
}

/** The level of each plane of a stack. */
async function levels(name: string, options: ReadTiffOptions = {}): Promise<number[]> {
  const { volume } = await readTiffStack(at(name), { defaultVoxelSizeUm: [1, 1, 1], ...options });
  return Array.from({ length: volume.shape[0] }, (_, z) => volume.data[z * WIDTH * HEIGHT]);
}

const sizeOf = async (name: string, options: ReadTiffOptions = {}): Promise<readonly number[]> => {
  const stack = await readTiffStack(at(name), { defaultVoxelSizeUm: [1, 1, 1], ...options });
  return stack.volume.voxelSizeUm;
};

describe('MetaMorph STK', () => {
  const write = (name: string, steps: readonly number[], fields: readonly Field[] = []): void => {
    const values = steps.flatMap((_, z) => plane(z + 1));
    writeTiff(name, [{ values }], undefined, [stkDistances(steps), ...fields]);
  };

  it.each([
    ['positions', [0, 300, 600, 900], 0.3],
    ['distances from the plane before', [0, 300, 300, 300], 0.3],
    ['no distances', [0, 0, 0, 0], null],
    ['uneven distances', [0, 300, 700, 800], null],
  ])('has the planes that UIC2 counts, and their step (%s)', async (_, steps, dz) => {
    write('planes.stk', steps);
    expect(await levels('planes.stk')).toEqual([1, 2, 3, 4]);
    const { statedVoxelSizeUm } = await readTiffStack(at('planes.stk'), {
      defaultVoxelSizeUm: [1, 1, 1],
    });
    expect(statedVoxelSizeUm).toEqual([dz, null, null]);
  });

  it('has the pixels of UIC1', async () => {
    // Entries 4 to 6 of UIC1 are places in the file, here behind the planes: two fractions, a unit.
    const calibration = [65, 0, 1000, 0, 130, 0, 1000, 0, 2, 0, 0x6d75];
    const from = 8 + 4 * WIDTH * HEIGHT * 2;
    const uic1 = Buffer.from(Uint32Array.of(4, from, 5, from + 8, 6, from + 16).buffer);
    writeTiff(
      'sized.stk',
      [{ values: [...[1, 2, 3, 4].flatMap(plane), ...calibration] }],
      undefined,
      [[33628, 4, 3, uic1], stkDistances([0, 200, 400, 600])],
    );
    expect(await levels('sized.stk')).toEqual([1, 2, 3, 4]);
    expect(await sizeOf('sized.stk')).toEqual([0.2, 0.13, 0.065]);
  });

  it('is refused where it is cut off', async () => {
    const [tag, type, , bytes] = stkDistances([0, 300]);
    writeTiff('cut.stk', [{ values: plane(1) }], undefined, [[tag, type, 20, bytes]]);
    await expect(levels('cut.stk')).rejects.toThrow('it is cut off or damaged');
  });
});

describe('Zeiss LSM', () => {
  it('has the voxel size of its tag, channels side by side, and no thumbnails', async () => {
    const pages = [1, 2, 3, 4].flatMap((z) => [
      { values: [...plane(z), ...plane(100 + z)], samples: 2 },
      lsmThumbnail,
    ]);
    writeTiff('cells.lsm', pages, undefined, [lsmInfo(2, 2, 2)]);
    expect(await levels('cells.lsm', { channel: 2, timePoint: 1 })).toEqual([101, 102]);
    expect(await levels('cells.lsm', { channel: 1, timePoint: 2 })).toEqual([3, 4]);
    const sides = await sizeOf('cells.lsm', { channel: 1, timePoint: 1 });
    [0.3, 0.2, 0.1].forEach((side, axis) => expect(sides[axis]).toBeCloseTo(side, 12));
  });

  it('takes three channels for channels although Zeiss calls them RGB', async () => {
    const page = {
      ...{ values: [...plane(1), ...plane(2), ...plane(3)], samples: 3 },
      fields: [[262, 3, 1, 2]] as const,
    };
    writeTiff('rgb.lsm', [page, page], undefined, [lsmInfo(2, 3, 1)]);
    expect(await levels('rgb.lsm', { channel: 3 })).toEqual([3, 3]);
  });

  it('is refused where its tag contradicts its pages', async () => {
    writeTiff('few.lsm', [{ values: plane(1) }], undefined, [lsmInfo(5, 1, 1)]);
    await expect(levels('few.lsm')).rejects.toThrow('states 5 slices and 1 time points, it has 1');
  });
});

describe('ImageJ hyperstacks', () => {
  const counts = { c: 2, z: 3, t: 2 };
  const level = (position: Record<string, number>): number =>
    100 * position['t'] + 10 * position['c'] + position['z'];

  it.each(['czt', 'ctz', 'zct', 'ztc', 'tcz', 'tzc', 'xyzct'])(
    'have their planes in the order that is stated: %s',
    async (order) => {
      // The slowest axis outermost, as a naive program would write it.
      const [fast, middle, slow] = [...order.replace('xy', '')] as ('c' | 'z' | 't')[];
      const pages: Page[] = [];
      for (let k = 0; k < counts[slow]; k++) {
        for (let j = 0; j < counts[middle]; j++) {
          for (let i = 0; i < counts[fast]; i++)
            pages.push({ values: plane(level({ [fast]: i, [middle]: j, [slow]: k })) });
        }
      }
      const text = `ImageJ=1.52a\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\norder=${order}\n`;
      writeTiff('order.tif', pages, text);
      expect(await levels('order.tif', { channel: 2, timePoint: 2 })).toEqual([110, 111, 112]);
      expect(await levels('order.tif', { channel: 1, timePoint: 2 })).toEqual([100, 101, 102]);
    },
  );

  it('have slices for channels with c=z, and time points with c=t', async () => {
    const pages = [1, 2, 3].map((z) => ({ values: plane(z) }));
    writeTiff('channels.tif', pages, 'ImageJ=1.52a\nimages=3\nchannels=3\nhyperstack=true\n');
    expect(await levels('channels.tif', { pageAxis: 'c=z' })).toEqual([1, 2, 3]);
    expect(await levels('channels.tif', { pageAxis: 'c=t', timePoint: 2 })).toEqual([2]);
    await expect(levels('channels.tif')).rejects.toThrow('give --page-axis c=z if its channels');
    const both = 'ImageJ=1.52a\nimages=4\nchannels=2\nslices=2\nhyperstack=true\n';
    writeTiff(
      'both.tif',
      [1, 2, 3, 4].map((z) => ({ values: plane(z) })),
      both,
    );
    await expect(levels('both.tif', { channel: 1, pageAxis: 'c=z' })).rejects.toThrow(
      "got 'c=z' (the file says itself that it holds 2 channels and 2 slices)",
    );
  });

  it.each([
    ['micrometers', 1],
    ['Micrometres', 1],
    ['microns', 1],
    ['\\u00B5m', 1],
    ['nanometers', 1e-3],
    ['millimetres', 1e3],
    ['centimeters', 1e4],
    ['picometers', 1e-6],
    ['meters', 1e6],
    ['inches', 25400],
    ['feet', 304800],
    ['angstroms', 1e-4],
    ['pixel', null],
    ['', null],
  ])('lengthUnitUm(%j)', (name, length) => expect(lengthUnitUm(name)).toBe(length));

  it('do not believe in voxels of 353 µm, which are dots per inch', async () => {
    const dpi: Field = [282, 5, 1, Buffer.from(Uint32Array.of(72, 1).buffer)];
    const dpiY: Field = [283, 5, 1, Buffer.from(Uint32Array.of(72, 1).buffer)];
    const text = 'ImageJ=1.54f\nimages=2\nslices=2\nunit=inch\nspacing=1.0\n';
    writeTiff('inch.tif', [{ values: plane(1) }, { values: plane(2) }], text, [dpi, dpiY]);
    await expect(readTiffStack(at('inch.tif'))).rejects.toThrow(
      /voxels of '.*inch\.tif' must be below 100 µm, got \[25400, 352\.8, 352\.8\] \(no microscope/,
    );
    expect(await sizeOf('inch.tif')).toEqual([1, 1, 1]);
    expect(await sizeOf('inch.tif', { voxelSizeUm: [0.3, 0.1, 0.1] })).toEqual([0.3, 0.1, 0.1]);
  });
});

const OME = '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"';
const pixels = (c: number, z: number, blocks: string): string =>
  `<Pixels ID="P" DimensionOrder="XYZCT" Type="uint16" SizeX="3" SizeY="2" SizeZ="${z}" SizeC="${c}" SizeT="1" ` +
  `PhysicalSizeX="0.1" PhysicalSizeY="0.1" PhysicalSizeZ="0.3">${blocks}</Pixels>`;
const block = (c: number, z: number, ifd: number, file?: string): string =>
  `<TiffData FirstC="${c}" FirstZ="${z}" FirstT="0" IFD="${ifd}" PlaneCount="1">` +
  `${file === undefined ? '' : `<UUID FileName="${file}">urn:uuid:1</UUID>`}</TiffData>`;

describe('OME', () => {
  /** Two channels in two files, each with two planes. */
  const set = `${OME}><Image ID="I" Name="cells">${pixels(
    ...([2, 2] as const),
    [0, 1].flatMap((c) => [0, 1].map((z) => block(c, z, z, `set${c}.ome.tif`))).join(''),
  )}</Image></OME>`;
  const planes = (first: number): Page[] => [first, first + 1].map((z) => ({ values: plane(z) }));

  it('reads the planes of a set from its files, whichever is named', async () => {
    for (const c of [0, 1]) writeTiff(`set${c}.ome.tif`, planes(10 * c + 1), set);
    for (const name of ['set0.ome.tif', 'set1.ome.tif']) {
      expect(await levels(name, { channel: 1 })).toEqual([1, 2]);
      expect(await levels(name, { channel: 2 })).toEqual([11, 12]);
      expect(await sizeOf(name, { channel: 2 })).toEqual([0.3, 0.1, 0.1]);
    }
    const acquisition = await openTiffFile(at('set0.ome.tif'));
    expect(acquisition).toMatchObject({ channels: 2, timePoints: 1, shape: [2, HEIGHT, WIDTH] });
    await acquisition.close();
  });

  it('follows a file to its companion, and reads the companion itself', async () => {
    const binaryOnly = `${OME}><BinaryOnly MetadataFile="c.companion.ome" UUID="urn:uuid:2"/></OME>`;
    writeFileSync(at('c.companion.ome'), set);
    for (const c of [0, 1]) writeTiff(`set${c}.ome.tif`, planes(10 * c + 1), binaryOnly);
    for (const name of ['set1.ome.tif', 'c.companion.ome'])
      expect(await levels(name, { channel: 2 })).toEqual([11, 12]);
    rmSync(at('c.companion.ome'));
    await expect(levels('set1.ome.tif', { channel: 1 })).rejects.toThrow(
      /cannot open '.*c\.companion\.ome', got ENOENT \(it belongs to '.*set1/,
    );
  });

  it('says which file of a set is missing, and opens none of another folder', async () => {
    writeTiff('set0.ome.tif', planes(1), set.replaceAll('set1', 'gone'));
    expect(await levels('set0.ome.tif', { channel: 1 })).toEqual([1, 2]);
    await expect(levels('set0.ome.tif', { channel: 2 })).rejects.toThrow(
      /cannot open '.*gone\.ome\.tif', got ENOENT/,
    );
    for (const name of ['../out.tif', '/etc/passwd', '..']) {
      writeTiff('bad.ome.tif', planes(1), set.replaceAll('set1.ome.tif', name));
      await expect(levels('bad.ome.tif', { channel: 1 })).rejects.toThrow('no file of the same');
    }
  });

  it('has the series that is chosen, and asks for one with their names', async () => {
    const image = (name: string, first: number): string =>
      `<Image ID="I${first}" Name="${name}">${pixels(1, 2, block(0, 0, first) + block(0, 1, first + 1))}</Image>`;
    const text = `${OME}>${image('left', 0)}${image('right', 2)}</OME>`;
    writeTiff('series.ome.tif', [...planes(1), ...planes(31)], text);
    expect(await levels('series.ome.tif', { series: 1 })).toEqual([1, 2]);
    expect(await levels('series.ome.tif', { series: 2 })).toEqual([31, 32]);
    await expect(levels('series.ome.tif')).rejects.toThrow(
      "got 2 series (choose one with --series: 1 'left', 2 'right')",
    );
    await expect(levels('series.ome.tif', { series: 3 })).rejects.toThrow('from 1 to 2');
    const following = text.replaceAll(/<TiffData[^>]*>(<\/TiffData>)?/g, '');
    writeTiff('following.ome.tif', [...planes(1), ...planes(31)], following);
    expect(await levels('following.ome.tif', { series: 2 })).toEqual([31, 32]);
  });

  it('takes a file that was renamed for itself', async () => {
    const own = `${OME}><Image ID="I" Name="a">${pixels(1, 2, block(0, 0, 0, 'old.ome.tif') + block(0, 1, 1, 'old.ome.tif'))}</Image></OME>`;
    writeTiff('new.ome.tif', planes(5), own);
    expect(await levels('new.ome.tif')).toEqual([5, 6]);
  });
});

describe('files of other formats', () => {
  it.each([
    ['a.nd2', 'dacebe0a', 'a Nikon ND2 file'],
    ['a.czi', '5a4953524157464c', 'a Zeiss CZI file'],
    ['a.lif', '70000000aabbccdd', 'a Leica LIF file'],
    ['a.oib', 'd0cf11e0a1b11ae1', 'a file of compound documents'],
    ['a.ims', '894844460d0a1a0a', 'an HDF5 file'],
  ])('%s: one line with the remedy', async (name, begin, what) => {
    writeFileSync(at(name), Buffer.concat([Buffer.from(begin, 'hex'), Buffer.alloc(64)]));
    const line = new RegExp(`'.*${name}': it is ${what}.*, no TIFF \\(export .*OME-TIFF`);
    await expect(levels(name)).rejects.toThrow(line);
  });
});
