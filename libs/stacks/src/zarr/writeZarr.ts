import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Shape3, type WritableSampleType } from '@blurcycle/core';
import type { Hyperstack } from '@blurcycle/data';
import { explainWriteError, syncFolder } from '@blurcycle/files';
import { openWrittenCodec, WRITTEN_CODEC } from './boundedCodecs.ts';
import { MARK } from './isZarr.ts';

/** What is known of an image before its values. */
interface ZarrHead extends Hyperstack {
  /** Smallest and largest stored value, for viewers. */
  readonly range: readonly [low: number, high: number];
}

interface WriteZarrOptions {
  readonly sampleType: WritableSampleType;
  /** How the image was made, as JSON. */
  readonly note?: string | undefined;
}

/** Chunks are no larger: 8 MiB of 32-bit values. */
const MOST_CHUNK_SIDES: Shape3 = [32, 256, 256];

/**
 * Writes z stacks of channels and time points as a folder of OME-Zarr 0.4 (Zarr 2): axes t, c, z,
 * y, x, one level, chunks packed by blosc (LZ4, bytes shuffled).
 *
 * Memory: one stack and one chunk. The folder takes its name when it is complete; one that this
 * function wrote before is replaced.
 *
 * Source: OME-NGFF 0.4, sections `multiscales` and `omero`.
 *
 * @param samplesOf - Values of the stack of a channel and a time point, from 1, in the type that is
 *   written.
 * @throws {InputError} If the file system fails.
 */
export async function writeZarr(
  path: string,
  image: ZarrHead,
  options: WriteZarrOptions,
  samplesOf: (channel: number, timePoint: number) => Promise<Float32Array | Uint16Array>,
): Promise<void> {
  const target = await realpath(path).catch(() => path.replace(/[/\\]+$/, ''));
  const beside = (ending: string): string =>
    join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.${ending}`);
  const [temporary, old] = [beside('tmp'), beside('old')];
  try {
    await writeMetadata(temporary, basename(target), image, options);
    for (let t = 0; t < image.timePoints; t++) {
      for (let c = 0; c < image.channels; c++)
        await writeChunks(
          join(temporary, '0', `${t}`, `${c}`),
          image.shape,
          await samplesOf(c + 1, t + 1),
        );
    }
    const isThere = existsSync(target);
    if (isThere) await rename(target, old);
    await rename(temporary, target);
    if (isThere) await rm(old, { recursive: true, force: true });
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw explainWriteError(error, path, 'writeZarr');
  }
}

async function writeMetadata(
  folder: string,
  name: string,
  { shape, voxelSizeUm, channels, timePoints, range }: ZarrHead,
  { sampleType, note }: WriteZarrOptions,
): Promise<void> {
  await mkdir(join(folder, '0'), { recursive: true });
  const write = (file: string, content: object): Promise<void> =>
    writeFile(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
  const unit = voxelSizeUm === null ? {} : { unit: 'micrometer' };
  const scale = [1, 1, ...(voxelSizeUm ?? [1, 1, 1])];
  const [start, end] = range;
  const made: unknown = JSON.parse(note ?? '{}');
  await write('.zgroup', { zarr_format: 2 });
  await write('.zattrs', {
    multiscales: [
      {
        version: '0.4',
        name: name.replace(/\.zarr$/i, ''),
        axes: [
          { name: 't', type: 'time' },
          { name: 'c', type: 'channel' },
          ...['z', 'y', 'x'].map((axis) => ({ name: axis, type: 'space', ...unit })),
        ],
        datasets: [{ path: '0', coordinateTransformations: [{ type: 'scale', scale }] }],
      },
    ],
    omero: {
      channels: Array.from({ length: channels }, (_, c) => ({
        label: `channel ${c + 1}`,
        color: 'FFFFFF',
        active: true,
        window: { min: start, max: end, start, end },
      })),
    },
    [MARK]: made,
  });
  await write('0/.zarray', {
    zarr_format: 2,
    shape: [timePoints, channels, ...shape],
    chunks: [1, 1, ...chunkShape(shape)],
    dtype: `${endianness() === 'LE' ? '<' : '>'}${sampleType === 'uint16' ? 'u2' : 'f4'}`,
    compressor: WRITTEN_CODEC,
    fill_value: 0,
    order: 'C',
    filters: null,
    dimension_separator: '/',
  });
}

function chunkShape([depth, height, width]: Shape3): Shape3 {
  const [z, y, x] = MOST_CHUNK_SIDES;
  return [Math.min(depth, z), Math.min(height, y), Math.min(width, x)];
}

/** Writes one stack; chunks at the far edges are filled up with zeros, as Zarr wants them. */
async function writeChunks(
  folder: string,
  shape: Shape3,
  samples: Float32Array | Uint16Array,
): Promise<void> {
  const codec = await openWrittenCodec();
  const sides = chunkShape(shape);
  const [, height, width] = shape;
  const counts = shape.map((side, axis) => Math.ceil(side / sides[axis]));
  const chunk = samples.slice(0, sides[0] * sides[1] * sides[2]);
  for (let cz = 0; cz < counts[0]; cz++) {
    for (let cy = 0; cy < counts[1]; cy++) {
      await mkdir(join(folder, `${cz}`, `${cy}`), { recursive: true });
      for (let cx = 0; cx < counts[2]; cx++) {
        const from = [cz * sides[0], cy * sides[1], cx * sides[2]];
        const count = from.map((start, axis) => Math.min(sides[axis], shape[axis] - start));
        chunk.fill(0);
        for (let z = 0; z < count[0]; z++) {
          for (let y = 0; y < count[1]; y++) {
            const row = ((from[0] + z) * height + from[1] + y) * width + from[2];
            chunk.set(samples.subarray(row, row + count[2]), (z * sides[1] + y) * sides[2]);
          }
        }
        const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        await writeFile(join(folder, `${cz}`, `${cy}`, `${cx}`), await codec.encode(bytes));
      }
    }
  }
}
