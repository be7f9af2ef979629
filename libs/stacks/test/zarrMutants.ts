/** @file Damaged folders of OME-Zarr, read one after the other: few always, many in long tests. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandomStream, InputError, type RandomStream, voxelCount } from '@blurcycle/core';
import { expect } from 'vitest';
import { readStackFile } from '../src/openStack.ts';
import { writeZarrSample, type ZarrSample } from './zarrSamples.ts';

const SEEDS: readonly ZarrSample[] = (['none', 'gzip', 'blosc', 'zstd', 'lz4'] as const).flatMap(
  (codec) =>
    ([2, 3] as const).map((version) => ({
      ...{ version, codec, axes: 'czyx', scale: [0.3, 0.1, 0.1] as const },
      ...{ shape: [2, 2, 4, 4], chunks: [2, 2, 4, 4] },
    })),
);

/** One change to a file; a digit more often than other bytes, as metadata are text. */
function mutate(bytes: Buffer, stream: RandomStream): Buffer {
  const at = stream.integer(bytes.length);
  const digit = bytes.findIndex((byte, i) => i >= at && byte >= 48 && byte <= 57);
  switch (stream.integer(6)) {
    case 0:
      bytes[at] ^= 1 << stream.integer(8);
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return bytes.fill(
        stream.integer(2) * 255,
        at,
        Math.min(bytes.length, at + 1 + stream.integer(16)),
      );
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + stream.integer(32))]);
    case 4: {
      const many = String(stream.integer(2) === 0 ? 2 ** 31 : 10 ** stream.integer(10));
      if (digit < 0) return bytes;
      return Buffer.concat([
        bytes.subarray(0, digit),
        Buffer.from(many),
        bytes.subarray(digit + 1),
      ]);
    }
    default:
      if (digit >= 0) bytes[digit] = 48 + stream.integer(10);
      return bytes;
  }
}

/**
 * Reads damaged folders.
 *
 * Each gives a volume or one clear line, within a second of processor time; all together take no
 * more than 256 MiB.
 *
 * @param root - Folder to write them to, one at a time.
 */
export async function readZarrMutants(root: string, count: number, seed: number): Promise<void> {
  const stream = createRandomStream(seed, 'stacks/fuzz');
  const folders = await Promise.all(
    SEEDS.map(async (sample, i) => {
      const folder = join(root, `${i}.zarr`);
      await writeZarrSample(folder, sample);
      const files =
        sample.version === 2
          ? ['.zattrs', '.zgroup', '0/.zarray', '0/0/0/0/0']
          : ['zarr.json', '0/zarr.json', '0/c/0/0/0/0'];
      return { sample, folder, files };
    }),
  );
  let [read, refused, slowest] = [0, 0, 0];
  const memory = process.resourceUsage().maxRSS;
  for (let i = 0; i < count; i++) {
    const { sample, folder, files } = folders[i % folders.length];
    const path = join(folder, files[stream.integer(files.length)]);
    const original = readFileSync(path);
    let bytes: Buffer = Buffer.from(original);
    for (let changes = stream.integer(2); changes >= 0 && bytes.length > 0; changes--)
      bytes = mutate(bytes, stream);
    writeFileSync(path, bytes);
    const name = `mutant ${i} of ${JSON.stringify(sample)}: ${path}`;
    const start = process.cpuUsage();
    try {
      const choice = { defaultVoxelSizeUm: [1, 1, 1], channel: 1, timePoint: 1 } as const;
      const { volume } = await readStackFile(folder, choice);
      expect(volume.data.length).toBe(voxelCount(volume.shape));
      read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(name, { cause: error });
      expect(error.message, name).toMatch(/^(readStack|readTiffStack): [^\n]{10,400}$/);
      refused++;
    }
    const { user, system } = process.cpuUsage(start);
    slowest = Math.max(slowest, (user + system) / 1000);
    writeFileSync(path, original);
  }
  expect(read + refused).toBe(count);
  // Both outcomes must occur often, or the mutations are too mild or too wild to test anything.
  expect(Math.min(read, refused)).toBeGreaterThan(count / 10);
  // Milliseconds of processor time; maxRSS counts KiB.
  expect(slowest).toBeLessThan(1000);
  expect(process.resourceUsage().maxRSS - memory).toBeLessThan(256 * 1024);
}
