import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createRandomStream,
  createVolume,
  InputError,
  voxelCount,
  type RandomStream,
} from '@blurcycle/core';
import { expect } from 'vitest';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';
import { writeTiffStack } from '../src/tiff/writeTiffStack.ts';
import { fixtureFolder, fixtures } from './tiffFixtures.ts';
import { lsmInfo, lsmThumbnail, plane, stkDistances, tiffOf } from './vendorTiffs.ts';

/**
 * Numbers on which readers break: borders of the integer types, and sizes near that of the file.
 */
function awkwardNumber(stream: RandomStream, fileSize: number): number {
  const known = [
    0,
    1,
    2,
    3,
    255,
    256,
    32767,
    32768,
    65535,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
    fileSize,
    fileSize - 1,
  ];
  const choice = stream.integer(known.length + 2);
  return choice < known.length
    ? known[choice]
    : stream.integer(choice === known.length ? 65536 : 2 * fileSize);
}

/**
 * One change to a file; directories stand at the front or the end, so those places are hit more
 * often.
 */
function mutate(bytes: Buffer, stream: RandomStream): Buffer {
  const size = bytes.length;
  const places = [
    () => stream.integer(size),
    () => stream.integer(Math.min(size, 400)),
    () => size - 1 - stream.integer(Math.min(size, 1500)),
  ];
  const at = places[stream.integer(places.length)]();
  switch (stream.integer(7)) {
    case 0:
      bytes[at] ^= 1 << stream.integer(8);
      return bytes;
    case 1:
      return bytes.subarray(0, stream.integer(size));
    case 2: {
      const width = [1, 2, 4][stream.integer(3)];
      const value = awkwardNumber(stream, size) % 2 ** (8 * width);
      if (at + width > size) return bytes;
      if (stream.integer(2) === 0) bytes.writeUIntLE(value, at, width);
      else bytes.writeUIntBE(value, at, width);
      return bytes;
    }
    case 3:
      bytes.copy(bytes, at, stream.integer(size), Math.min(size, stream.integer(size) + 64));
      return bytes;
    case 4:
      return bytes.fill(stream.integer(2) * 255, at, Math.min(size, at + 1 + stream.integer(32)));
    case 5: {
      // Digits: the numbers in ImageJ's and OME's descriptions.
      const digit = bytes.findIndex((byte, i) => i >= at && byte >= 48 && byte <= 57);
      if (digit >= 0) bytes[digit] = 48 + stream.integer(10);
      return bytes;
    }
    default:
      return Buffer.concat([
        bytes.subarray(0, at),
        bytes.subarray(Math.min(size, at + stream.integer(64))),
      ]);
  }
}

async function seeds(folder: string): Promise<[string, Buffer][]> {
  const volume = createVolume(
    [3, 6, 7],
    [0.3, 0.125, 0.1],
    Float32Array.from({ length: 126 }, (_, i) => i),
  );
  const own: [string, Buffer][] = [];
  for (const format of ['imagej', 'ome'] as const) {
    for (const sampleType of ['float32', 'uint16'] as const) {
      const path = join(folder, 'seed.tif');
      await writeTiffStack(path, volume, { format, sampleType });
      own.push([`own ${format} ${sampleType}`, await readFile(path)]);
    }
  }
  const others = fixtures.map(async ({ name }): Promise<[string, Buffer]> => [
    name,
    await readFile(fixtureFolder + name),
  ]);
  const planes = [1, 2, 3, 4].flatMap(plane);
  const stk = tiffOf([{ values: planes }], undefined, [stkDistances([0, 300, 600, 900])]);
  const page = { values: [...plane(1), ...plane(2)], samples: 2 };
  const pages = [page, lsmThumbnail, page, lsmThumbnail];
  const lsm = tiffOf(pages, undefined, [lsmInfo(2, 2, 1)]);
  return [...own, ...(await Promise.all(others)), ['MetaMorph STK', stk], ['Zeiss LSM', lsm]];
}

/**
 * Reads mutated TIFF files: each must give a volume or one clear line, within a second and 256 MiB.
 *
 * @param folder - For the files.
 */
export async function readMutants(folder: string, count: number, seed: number): Promise<void> {
  const stream = createRandomStream(seed, 'data/fuzz');
  const kinds = await seeds(folder);
  const path = join(folder, 'mutant.tif');
  let [read, refused, slowest] = [0, 0, 0];
  const memory = process.resourceUsage().maxRSS;
  for (let i = 0; i < count; i++) {
    const [kind, original] = kinds[i % kinds.length];
    let bytes: Buffer = Buffer.from(original);
    for (let changes = stream.integer(3); changes >= 0 && bytes.length > 0; changes--)
      bytes = mutate(bytes, stream);
    await writeFile(path, bytes);
    const start = process.cpuUsage();
    const choice = {
      defaultVoxelSizeUm: [1, 1, 1],
      ...(i % 2 === 0 ? { channel: 1, timePoint: 1 } : {}),
    } as const;
    try {
      const { volume } = await readTiffStack(path, choice);
      expect(volume.data.length).toBe(voxelCount(volume.shape));
      read++;
    } catch (error) {
      if (!(error instanceof InputError))
        throw new Error(`mutant ${i} of ${kind}`, { cause: error });
      expect(error.message, `mutant ${i} of ${kind}`).toMatch(/^readTiffStack: [^\n]{10,300}$/);
      refused++;
    }
    const { user, system } = process.cpuUsage(start);
    slowest = Math.max(slowest, (user + system) / 1000);
  }
  expect(read + refused).toBe(count);
  // Both outcomes must occur often, or the mutations are too mild or too wild to test anything.
  expect(Math.min(read, refused)).toBeGreaterThan(count / 10);
  // Milliseconds of processor time, which a busy machine does not lengthen.
  expect(slowest).toBeLessThan(1000);
  // maxRSS counts KiB. The seeds are below 20 KiB; LZW may rightly claim 2731 times as much, but
  // a page's memory is only touched as far as its blocks unpack.
  expect(process.resourceUsage().maxRSS - memory).toBeLessThan(256 * 1024);
}
