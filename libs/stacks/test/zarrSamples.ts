/** @file Folders of OME-Zarr written by the text of the specifications, for the tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { registry } from 'zarrita';

/** What a sample is like; values are those of {@link sampleValue}. */
export interface ZarrSample {
  readonly version: 2 | 3;
  /** Names of the axes, such as `tczyx`. */
  readonly axes: string;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly dtype?: 'uint8' | 'uint16' | 'int16' | 'float32' | 'float64';
  readonly codec?: 'none' | 'gzip' | 'zlib' | 'blosc' | 'zstd' | 'lz4';
  /** Sides of a voxel along z, y, x in `unit`. */
  readonly scale?: readonly [number, number, number];
  readonly unit?: string;
  readonly bigEndian?: boolean;
  /** Version 2: the first axis runs fastest. */
  readonly fortran?: boolean;
  readonly fill?: number | string | null;
  /** Chunks that get no file, such as `0/0/0/1/0`. */
  readonly without?: readonly string[];
}

/** The value at a place in the array. */
export function sampleValue(i: number): number {
  return (i * i) % 251;
}

const V2_TYPES = { uint8: 'u1', uint16: 'u2', int16: 'i2', float32: 'f4', float64: 'f8' };
const VIEWS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Writes a sample; the level is the folder `0`. */
export async function writeZarrSample(folder: string, sample: ZarrSample): Promise<void> {
  const { version, axes, shape, chunks, codec = 'none', fill = 0 } = sample;
  const { dtype = 'uint16', bigEndian = false, fortran = false } = sample;
  writeJson(join(folder, version === 2 ? '.zattrs' : 'zarr.json'), groupOf(sample));
  if (version === 2) {
    writeJson(join(folder, '.zgroup'), { zarr_format: 2 });
    writeJson(join(folder, '0/.zarray'), {
      ...{ zarr_format: 2, shape, chunks, fill_value: fill, filters: null },
      dtype: `${dtype === 'uint8' ? '|' : bigEndian ? '>' : '<'}${V2_TYPES[dtype]}`,
      compressor: codec === 'none' ? null : { id: codec, ...CONFIGURATIONS[codec] },
      order: fortran ? 'F' : 'C',
      dimension_separator: '/',
    });
  } else {
    writeJson(join(folder, '0/zarr.json'), {
      ...{ zarr_format: 3, node_type: 'array', shape, data_type: dtype, fill_value: fill },
      chunk_grid: { name: 'regular', configuration: { chunk_shape: chunks } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      codecs: [
        { name: 'bytes', configuration: { endian: bigEndian ? 'big' : 'little' } },
        ...(codec === 'none' ? [] : [{ name: codec, configuration: CONFIGURATIONS[codec] }]),
      ],
      ...{ attributes: {}, dimension_names: [...axes] },
    });
  }
  for (const place of places(shape.map((side, i) => Math.ceil(side / chunks[i])))) {
    if (sample.without?.includes(place.join('/')) === true) continue;
    const path = join(folder, '0', ...(version === 3 ? ['c'] : []), ...place.map(String));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await pack(chunkBytes(sample, place), codec));
  }
}

function groupOf({ version, axes, scale, unit = 'micrometer' }: ZarrSample): object {
  const sides: Readonly<Record<string, number | undefined>> = {
    ...{ z: scale?.[0], y: scale?.[1], x: scale?.[2] },
  };
  const multiscales = [
    {
      ...(version === 2 ? { version: '0.4' } : {}),
      name: 'sample',
      axes: [...axes].map((name) => ({
        name,
        type: { t: 'time', c: 'channel' }[name] ?? 'space',
        ...('zyx'.includes(name) ? { unit } : {}),
      })),
      datasets: [
        {
          path: '0',
          coordinateTransformations:
            scale === undefined
              ? []
              : [{ type: 'scale', scale: [...axes].map((name) => sides[name] ?? 1) }],
        },
        { path: '1' },
      ],
    },
  ];
  return version === 2
    ? { multiscales }
    : {
        ...{ zarr_format: 3, node_type: 'group' },
        attributes: { ome: { version: '0.5', multiscales } },
      };
}

const CONFIGURATIONS = {
  gzip: { level: 5 },
  zlib: { level: 5 },
  blosc: { cname: 'zstd', clevel: 5, shuffle: 1, blocksize: 0 },
  zstd: { level: 3 },
  lz4: { acceleration: 1 },
};

async function pack(bytes: Uint8Array, codec: NonNullable<ZarrSample['codec']>) {
  if (codec === 'none') return bytes;
  if (codec === 'gzip') return gzipSync(bytes);
  if (codec === 'zlib') return deflateSync(bytes);
  const entry = await registry.get(codec)?.();
  if (entry === undefined) throw new Error(`zarrita has no ${codec}`);
  const meta = { dataType: 'uint8' as const, shape: [], codecs: [], fillValue: null };
  const packer = entry.fromConfig(CONFIGURATIONS[codec], meta) as {
    encode: (bytes: Uint8Array) => Promise<Uint8Array>;
  };
  return packer.encode(bytes);
}

/** The bytes of a chunk; beyond the edge of the array it holds zeros. */
function chunkBytes(
  { shape, chunks, dtype = 'uint16', bigEndian, fortran }: ZarrSample,
  place: readonly number[],
): Uint8Array {
  const count = chunks.reduce((product, side) => product * side, 1);
  const values = new VIEWS[dtype](count);
  for (const inside of places(chunks)) {
    const at = inside.map((i, axis) => place[axis] * chunks[axis] + i);
    if (at.some((i, axis) => i >= shape[axis])) continue;
    const order = (list: readonly number[]) => (fortran === true ? [...list].reverse() : list);
    values[flat(order(inside), order(chunks))] = sampleValue(flat(at, shape));
  }
  const bytes = new Uint8Array(values.buffer);
  if (bigEndian === true) {
    for (let i = 0; i < bytes.length; i += values.BYTES_PER_ELEMENT)
      bytes.subarray(i, i + values.BYTES_PER_ELEMENT).reverse();
  }
  return bytes;
}

/** All places in a box. */
export function places(sides: readonly number[]): number[][] {
  return sides.reduce<number[][]>(
    (list, side) => list.flatMap((place) => Array.from({ length: side }, (_, i) => [...place, i])),
    [[]],
  );
}

/** Position of a place in an array whose last axis runs fastest. */
export function flat(place: readonly number[], shape: readonly number[]): number {
  return place.reduce((sum, i, axis) => sum * shape[axis] + i, 0);
}

export function writeJson(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}
