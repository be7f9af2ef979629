import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createVolume, type Shape3 } from '@blurcycle/core';
import { afterAll, describe, expect, it } from 'vitest';
import { expandPatterns } from '../src/expandPatterns.ts';
import { openStack, readStackFile } from '../src/openStack.ts';
import { checkOutputs, writeStacks } from '../src/writeStack.ts';
import {
  flat,
  places,
  sampleValue,
  writeJson,
  writeZarrSample,
  type ZarrSample,
} from './zarrSamples.ts';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-zarr-'));
afterAll(() => rmSync(root, { recursive: true }), 60_000);
let count = 0;
const fresh = (): string => join(root, `${count++}.zarr`);

/** Reads a sample and compares every value with the one that the pattern has at its place. */
async function expectSample(sample: ZarrSample): Promise<void> {
  const path = fresh();
  await writeZarrSample(path, sample);
  const side = (axis: string): number =>
    sample.axes.includes(axis) ? sample.shape[sample.axes.indexOf(axis)] : 1;
  const acquisition = await openStack(path, { defaultVoxelSizeUm: [1, 1, 1] });
  const shape: Shape3 = [side('z'), side('y'), side('x')];
  expect(acquisition.shape).toEqual(shape);
  expect([acquisition.timePoints, acquisition.channels]).toEqual([side('t'), side('c')]);
  for (const [t, c] of places([side('t'), side('c')])) {
    const { data } = await acquisition.read(c + 1, t + 1);
    const expected = places(shape).map(([z, y, x]) => {
      const at: Readonly<Record<string, number>> = { t, c, z, y, x };
      return sampleValue(
        flat(
          [...sample.axes].map((axis) => at[axis]),
          sample.shape,
        ),
      );
    });
    expect(Array.from(data)).toEqual(expected);
  }
  expect(acquisition.warnings?.()).toEqual([]);
}

const FIVE = { axes: 'tczyx', shape: [2, 2, 5, 7, 9], chunks: [1, 1, 3, 7, 5] } as const;

describe('openStack(path) of OME-Zarr', () => {
  it.each([2, 3] as const)(
    'reads Zarr %i with every compressor, value by value',
    async (version) => {
      for (const codec of ['none', 'gzip', 'zlib', 'blosc', 'zstd', 'lz4'] as const)
        await expectSample({ version, codec, ...FIVE });
    },
  );

  it('reads every type, both byte orders and both orders of the axes', async () => {
    for (const dtype of ['uint8', 'uint16', 'int16', 'float32', 'float64'] as const) {
      await expectSample({ version: 2, dtype, bigEndian: true, ...FIVE });
      await expectSample({ version: 3, dtype, codec: 'blosc', ...FIVE });
      await expectSample({ version: 2, dtype, fortran: true, ...FIVE });
    }
  });

  it('reads axes in any order, and chunks over several channels or larger than the image', async () => {
    await expectSample({ version: 2, axes: 'zyx', shape: [3, 4, 5], chunks: [3, 4, 5] });
    await expectSample({ version: 3, axes: 'yx', shape: [4, 5], chunks: [8, 8] });
    await expectSample({ version: 3, axes: 'czyx', shape: [3, 3, 4, 5], chunks: [2, 2, 4, 4] });
    await expectSample({
      version: 2,
      axes: 'zyxct',
      shape: [2, 4, 5, 3, 2],
      chunks: [1, 4, 5, 2, 2],
    });
    await expectSample({ version: 3, axes: 'xyz', shape: [5, 4, 3], chunks: [2, 2, 2] });
  });

  it('reads a shard: chunks one after the other and an index of their places at its end', async () => {
    const path = fresh();
    await writeZarrSample(path, { version: 3, axes: 'zyx', shape: [2, 4, 4], chunks: [2, 4, 4] });
    const inner = [
      { name: 'bytes', configuration: { endian: 'little' } },
      { name: 'gzip', configuration: { level: 1 } },
    ];
    writeJson(join(path, '0/zarr.json'), {
      ...{ zarr_format: 3, node_type: 'array', shape: [2, 4, 4], data_type: 'uint16' },
      ...{ fill_value: 7, attributes: {} },
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [2, 4, 4] } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      codecs: [
        {
          name: 'sharding_indexed',
          configuration: {
            ...{ chunk_shape: [1, 4, 4], codecs: inner, index_location: 'end' },
            index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
          },
        },
      ],
    });
    const plane = gzipSync(new Uint8Array(Uint16Array.from({ length: 16 }, (_, i) => i).buffer));
    // The second plane has no chunk: all bits of its place are set.
    const none = 2n ** 64n - 1n;
    const index = new Uint8Array(new BigUint64Array([0n, BigInt(plane.length), none, none]).buffer);
    writeFileSync(join(path, '0/c/0/0/0'), Buffer.concat([plane, index]));
    const { volume } = await readStackFile(path, { voxelSizeUm: [1, 1, 1] });
    expect(Array.from(volume.data)).toEqual([
      ...Array.from({ length: 16 }, (_, i) => i),
      ...Array.from({ length: 16 }, () => 7),
    ]);
    writeFileSync(join(path, '0/c/0/0/0'), Buffer.concat([plane, index.subarray(0, 20)]));
    await expect(readStackFile(path, { voxelSizeUm: [1, 1, 1] })).rejects.toThrow(
      /cannot read '.+': a chunk is damaged|a shard is cut off or damaged/,
    );
  });

  it('gives the size of voxels in µm from any unit, and the factors of both scales', async () => {
    const sample = { version: 2, axes: 'zyx', shape: [2, 3, 4], chunks: [2, 3, 4] } as const;
    const read = async (more: Partial<ZarrSample>) => {
      const path = fresh();
      await writeZarrSample(path, { ...sample, ...more });
      return { path, size: (await openStack(path, {})).voxelSizeUm };
    };
    expect((await read({ scale: [0.3, 0.1, 0.1] })).size).toEqual([0.3, 0.1, 0.1]);
    const nanometers = await read({ scale: [300, 100, 100], unit: 'nanometer' });
    nanometers.size.forEach((side, i) => expect(side).toBeCloseTo([0.3, 0.1, 0.1][i], 12));
    await expect(read({})).rejects.toThrow(
      /^readStack: the voxel size of '.+' must be known, got \[nothing, nothing, nothing\] from the file \(give --voxel z,y,x in µm\)$/,
    );
    const { path } = await read({ scale: [3, 1, 1] });
    writeJson(join(path, '.zattrs'), {
      multiscales: [
        {
          axes: ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'micrometer' })),
          datasets: [
            { path: '0', coordinateTransformations: [{ type: 'scale', scale: [3, 1, 1] }] },
          ],
          coordinateTransformations: [{ type: 'scale', scale: [0.1, 0.1, 0.1] }],
        },
      ],
    });
    expect((await openStack(path, {})).voxelSizeUm).toEqual([0.1 * 3, 0.1, 0.1]);
  });

  it('takes a missing chunk for the fill value, and says how many there are', async () => {
    const path = fresh();
    const without = ['1/0/0', '1/1/0'];
    const sample = {
      version: 2,
      axes: 'zyx',
      shape: [2, 4, 4],
      chunks: [1, 2, 4],
      fill: 9,
    } as const;
    await writeZarrSample(path, { ...sample, without });
    const acquisition = await openStack(path, { voxelSizeUm: [1, 1, 1] });
    const { data } = await acquisition.read(1, 1);
    expect(Array.from(data.subarray(16))).toEqual(Array.from({ length: 16 }, () => 9));
    expect(data[3]).toBe(sampleValue(3));
    expect(acquisition.warnings?.()).toEqual([
      '2 chunks of the Zarr folder are not there and taken for empty, as Zarr says: was all of it copied?',
    ]);
  });

  it('tells of one fault where there are two, and leaves none behind', async () => {
    const path = fresh();
    const sample = { axes: 'zyx', shape: [1, 2, 2], chunks: [1, 2, 2] } as const;
    await writeZarrSample(path, { version: 3, ...sample });
    const meta = join(path, '0/zarr.json');
    const described = JSON.parse(readFileSync(meta, 'utf8')) as object;
    const unheard: unknown[] = [];
    const listen = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', listen);
    for (const codecs of [
      [{ name: 'transpose', configuration: {} }, { name: 'lz2' }],
      [{ name: 'lz2' }, { name: 'lz3' }],
    ]) {
      writeJson(meta, { ...described, codecs });
      await expect(readStackFile(path, { defaultVoxelSizeUm: [1, 1, 1] })).rejects.toThrow(
        /^readStack: [^\n]*(a chunk is damaged|its values are packed with "lz2", where blosc)/,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });

  it('asks for the files of a large empty part once, and refuses more small chunks than an image has', async () => {
    const path = fresh();
    await writeZarrSample(path, {
      ...{ version: 2, axes: 'zyx', shape: [3, 4, 4], chunks: [1, 4, 4] },
      ...{ fill: 9, without: ['1/0/0'] },
    });
    const meta = join(path, '0/.zarray');
    const described = JSON.parse(readFileSync(meta, 'utf8')) as object;
    const read = async (planes: number) => {
      writeJson(meta, { ...described, shape: [planes, 4, 4] });
      const began = process.cpuUsage();
      const acquisition = await openStack(path, { defaultVoxelSizeUm: [1, 1, 1] });
      const { data } = await acquisition.read(1, 1);
      const { user, system } = process.cpuUsage(began);
      return { data, milliseconds: (user + system) / 1000 };
    };
    const { data, milliseconds } = await read(30_000);
    expect(data[2 * 16 + 3]).toBe(sampleValue(2 * 16 + 3));
    expect([data[16], data.at(-1)]).toEqual([9, 9]);
    // A third of a second; with a file to open for each chunk it is several.
    expect(milliseconds).toBeLessThan(2500);
    await expect(read(500_000)).rejects.toThrow(
      /a stack of it has 500000 chunks of 16 values, which are too many \(store it in larger ones\)/,
    );
  });

  it('chooses among the images of bioformats2raw, and of several multiscales', async () => {
    const path = fresh();
    const sample = { version: 2, axes: 'zyx', shape: [1, 2, 2], chunks: [1, 2, 2] } as const;
    await writeZarrSample(join(path, '0'), { ...sample, scale: [1, 1, 1] });
    await writeZarrSample(join(path, '1'), { ...sample, scale: [2, 2, 2] });
    writeJson(join(path, '.zgroup'), { zarr_format: 2 });
    writeJson(join(path, '.zattrs'), { 'bioformats2raw.layout': 3 });
    await expect(openStack(path, {})).rejects.toThrow(
      /must be a single image, got 2 series \(choose one with --series: 1 'sample', 2 'sample'\)$/,
    );
    expect((await openStack(path, { series: 2 })).voxelSizeUm).toEqual([2, 2, 2]);
    await expect(openStack(path, { series: 3 })).rejects.toThrow(/from 1 to 2 .+ got 3/);
  });

  it('says in one line what it does not read', async () => {
    const reading = { voxelSizeUm: [1, 1, 1] } as const;
    const sample = { version: 2, axes: 'zyx', shape: [2, 4, 4], chunks: [1, 2, 4] } as const;
    const refusal = async (change: (path: string) => void): Promise<string> => {
      const path = fresh();
      await writeZarrSample(path, sample);
      change(path);
      const error: unknown = await readStackFile(path, reading).catch((caught: unknown) => caught);
      return error instanceof Error ? error.message.replace(path, 'X') : 'read';
    };
    const array = { zarr_format: 2, shape: [2, 4, 4], chunks: [1, 2, 4], dtype: '<u2' };
    const order = { order: 'C', filters: null, dimension_separator: '/' };
    const rest = { compressor: null, fill_value: 0, ...order };
    const axes = ['z', 'y', 'x'];
    const cases: [string | RegExp, (path: string) => void][] = [
      ['it is a plate of wells (HCS)', (path) => writeJson(join(path, '.zattrs'), { plate: {} })],
      ['it is a label image', (path) => writeJson(join(path, '.zattrs'), { 'image-label': {} })],
      ['it lists label images', (path) => writeJson(join(path, '.zattrs'), { labels: ['a'] })],
      ['without multiscales', (path) => writeJson(join(path, '.zattrs'), {})],
      ['its metadata are damaged: ', (path) => writeFileSync(join(path, '.zattrs'), '{"multi')],
      ['name no level', (path) => writeJson(join(path, '.zattrs'), { multiscales: [{ axes }] })],
      [
        'one of its axes is "angle"',
        (path) =>
          writeJson(join(path, '.zattrs'), {
            multiscales: [{ axes: [...axes, 'angle'], datasets: [{ path: '0' }] }],
          }),
      ],
      ['is missing', (path) => rmSync(join(path, '0/.zarray'))],
      [
        'its values are int64',
        (path) => writeJson(join(path, '0/.zarray'), { ...array, ...rest, dtype: '<i8' }),
      ],
      [
        'its values are packed with "numcodecs.lzma"',
        (path) =>
          writeJson(join(path, '0/.zarray'), { ...array, ...rest, compressor: { id: 'lzma' } }),
      ],
      [
        'its shape are [2,-4,4]',
        (path) => writeJson(join(path, '0/.zarray'), { ...array, ...rest, shape: [2, -4, 4] }),
      ],
      ['its metadata are damaged', (path) => writeJson(join(path, '0/.zarray'), { a: 1 })],
      [
        'are too large',
        (path) =>
          writeJson(join(path, '0/.zarray'), { ...array, ...rest, chunks: [1e4, 1e4, 1e4] }),
      ],
      [
        /a chunk has \d+ values instead of 8/,
        (path) => writeFileSync(join(path, '0/0/0/0'), 'abcd'),
      ],
      [
        'it is an array of Zarr without the metadata of OME',
        (path) => {
          for (const name of ['.zattrs', '.zgroup']) rmSync(join(path, name));
          writeJson(join(path, '.zarray'), { ...array, ...rest });
        },
      ],
      [
        'no OME-Zarr',
        (path) => {
          for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
        },
      ],
    ];
    for (const [reason, change] of cases) {
      const line = await refusal(change);
      expect(line).toMatch(/^readStack: cannot read 'X': [^\n]+$/);
      if (typeof reason === 'string') expect(line).toContain(reason);
      else expect(line).toMatch(reason);
    }
  });

  it('does not take the memory that damaged metadata and chunks ask for', async () => {
    const path = fresh();
    const sample = { version: 2, axes: 'zyx', shape: [2, 4, 4], chunks: [1, 2, 4] } as const;
    await writeZarrSample(path, { ...sample, codec: 'blosc' });
    const chunk = join(path, '0/0/0/0');
    const claims = Buffer.alloc(32);
    claims.writeUInt32LE(2 ** 31, 4);
    writeFileSync(chunk, claims);
    await expect(readStackFile(path, { voxelSizeUm: [1, 1, 1] })).rejects.toThrow(
      /blosc claims more than a chunk holds/,
    );
    const bomb = fresh();
    await writeZarrSample(bomb, { ...sample, codec: 'gzip' });
    writeFileSync(join(bomb, '0/0/0/0'), gzipSync(Buffer.alloc(2 ** 24)));
    await expect(readStackFile(bomb, { voxelSizeUm: [1, 1, 1] })).rejects.toThrow(
      /a chunk is damaged: .*larger than/,
    );
    await expect(readStackFile(path, { voxelSizeUm: [1, 1, 1], maxBytes: 100 })).rejects.toThrow(
      /need more than 100 bytes/,
    );
  });
});

const shape: Shape3 = [35, 6, 300];
const volume = (c: number, t: number) =>
  createVolume(
    shape,
    [0.3, 0.1, 0.1],
    Float32Array.from({ length: 35 * 6 * 300 }, (_, i) => sampleValue(i + 7 * c + 100 * t) / 4),
  );
const image = {
  shape,
  voxelSizeUm: [0.3, 0.1, 0.1],
  channels: 2,
  timePoints: 3,
  range: [0, 63],
} as const;
const write = async (path: string, sampleType: 'float32' | 'uint16'): Promise<void> => {
  await writeStacks(
    path,
    { ...image, note: () => '{"made":"by a test"}' },
    { sampleType, format: 'zarr' },
    (c, t) => Promise.resolve(volume(c, t)),
  );
};

describe('writeStacks(path) as OME-Zarr', () => {
  it('is read back with every value, the size of voxels, channels and time points', async () => {
    const path = fresh();
    await write(path, 'float32');
    // Once more: a result of its own may be replaced.
    await write(path, 'float32');
    const read = await openStack(path, {});
    expect(read).toMatchObject({ shape, voxelSizeUm: [0.3, 0.1, 0.1], channels: 2, timePoints: 3 });
    for (const [c, t] of places([2, 3]))
      expect((await read.read(c + 1, t + 1)).data).toEqual(volume(c + 1, t + 1).data);
    expect(readdirSync(root).filter((name) => /\.(tmp|old)$/.test(name))).toEqual([]);
  });

  it('takes the place of its own results only, and of no TIFF', async () => {
    const path = fresh();
    const check = (option: string, target: string) =>
      checkOutputs('deconvolve', { [option]: target }, [], '--out');
    await write(path, 'uint16');
    await expect(check('--out', path)).resolves.toBeUndefined();
    await expect(check('--psf-out', path)).rejects.toThrow(/--psf-out must be a TIFF file/);
    const others = fresh();
    mkdirSync(others);
    await expect(check('--out', others)).rejects.toThrow(/must replace nothing but a result/);
  });
});

const python = hasPython();

describe(`zarr of Python${python ? '' : ' (skipped: no python3 with zarr here, Debian: python3-zarr)'}`, () => {
  it.skipIf(!python)('reads what is written, and writes what is read', async () => {
    const path = fresh();
    await write(path, 'uint16');
    const script = `
import json, sys, numpy, zarr
group = zarr.open(sys.argv[1], mode="r")
a = group["0"][:]
scale = group.attrs["multiscales"][0]["datasets"][0]["coordinateTransformations"][0]["scale"]
print(json.dumps([list(a.shape), str(a.dtype), int(a.astype("u8").sum()), int(a[2, 1, 34, 5, 299]), scale, group.attrs["blurcycle"]]))
`;
    const answer: unknown = JSON.parse(runPython(script, path));
    let sum = 0;
    for (const [c, t] of places([2, 3]))
      for (const value of volume(c + 1, t + 1).data) sum += Math.round(value);
    const last = Math.round(volume(2, 3).data.at(-1) ?? NaN);
    expect(answer).toEqual([
      ...[[3, 2, 35, 6, 300], 'uint16', sum, last, [1, 1, 0.3, 0.1, 0.1], { made: 'by a test' }],
    ]);

    const theirs = fresh();
    runPython(PYTHON_WRITES, theirs);
    for (const name of readdirSync(theirs)) {
      const { volume: read } = await readStackFile(join(theirs, name), {});
      expect(read.shape).toEqual([5, 7, 9]);
      expect(read.voxelSizeUm).toEqual([0.5, 0.2, 0.2]);
      expect(Array.from(read.data), name).toEqual(
        Array.from({ length: 315 }, (_, i) => sampleValue(i)),
      );
    }
    expect(readdirSync(theirs).length).toBe(13);
  });
});

/** Each compressor, filter and order that zarr of Python and numcodecs offer for Zarr 2. */
const PYTHON_WRITES = `
import sys, numpy, numcodecs, zarr
a = ((numpy.arange(315) ** 2) % 251).reshape(5, 7, 9)
kinds = {
    "plain": dict(compressor=None), "gzip": dict(compressor=numcodecs.GZip()), "zlib": dict(compressor=numcodecs.Zlib()),
    "zstd": dict(compressor=numcodecs.Zstd()), "lz4": dict(compressor=numcodecs.LZ4()),
    "default": dict(), "fortran": dict(order="F"), "nested": dict(dimension_separator="/"),
    "shuffled": dict(filters=[numcodecs.Shuffle(2)], compressor=numcodecs.Zlib()),
}
for cname in ["blosclz", "lz4hc", "zlib", "zstd"]:
    kinds['blosc-' + cname] = dict(compressor=numcodecs.Blosc(cname=cname, shuffle=numcodecs.Blosc.BITSHUFFLE))
for i, (name, options) in enumerate(kinds.items()):
    group = zarr.open_group(f"{sys.argv[1]}/{name}.zarr", mode="w")
    group.create_dataset("0", data=a.astype(["<u2", ">i2", "<f4"][i % 3] if name != "shuffled" else "<u2"), chunks=(2, 4, 4), **options)
    axes = [dict(name=n, type="space", unit="micrometer") for n in "zyx"]
    scale = [dict(type="scale", scale=[0.5, 0.2, 0.2])]
    group.attrs["multiscales"] = [dict(version="0.4", axes=axes, datasets=[dict(path="0", coordinateTransformations=scale)])]
`;

function runPython(script: string, path: string): string {
  return execFileSync('/usr/bin/python3', ['-c', script, path], { encoding: 'utf8' });
}

function hasPython(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import zarr'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('expandPatterns(where, name, patterns) with OME-Zarr', () => {
  it('takes folders of OME-Zarr for stacks, and nothing in them', async () => {
    const folder = join(root, 'batch');
    const sample = { version: 2, axes: 'yx', shape: [2, 2], chunks: [2, 2] } as const;
    await writeZarrSample(join(folder, 'a.zarr'), sample);
    await writeZarrSample(join(folder, 'b.zarr'), sample);
    writeFileSync(join(folder, 'c.tif'), '');
    const all = ['a.zarr', 'b.zarr', 'c.tif'].map((name) => join(folder, name));
    expect(expandPatterns('x', 'y', [folder])).toEqual(all);
    expect(expandPatterns('x', 'y', [`${folder}/*`])).toEqual(all);
    expect(expandPatterns('x', 'y', [all[0]])).toEqual([all[0]]);
    expect(expandPatterns('x', 'y', [`${folder}/*.zarr`])).toEqual(all.slice(0, 2));
  });
});
