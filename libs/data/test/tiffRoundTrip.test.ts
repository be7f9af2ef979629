import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, createVolume, type Shape3, type VoxelSizeUm } from '@blurcycle/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';
import { writeTiffStack } from '../src/tiff/writeTiffStack.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blurcycle-tiff-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const side = (most: number) => fc.integer({ min: 1, max: most });
const shapes = fc.tuple(side(6), side(20), side(20));
// Voxel sizes as people type them: up to four decimals in µm.
const length = fc.integer({ min: 1, max: 50000 }).map((tenths) => tenths / 10000);
const voxels = fc.tuple(length, length, length);

describe('writeTiffStack, readTiffStack', () => {
  it.each(['imagej', 'ome'] as const)(
    'give back shape, voxel size and every value (float32, %s)',
    async (format) => {
      const check = async (shape: Shape3, voxelSizeUm: VoxelSizeUm, seed: number) => {
        const stream = createRandomStream(seed, 'data');
        const volume = createVolume(shape, voxelSizeUm);
        volume.data.forEach((_, i) => (volume.data[i] = 1e3 * stream.normal()));
        const path = join(folder, 'volume.tif');
        await writeTiffStack(path, volume, { format });
        const { volume: read, sampleType } = await readTiffStack(path);
        expect(read.shape).toEqual(shape);
        expect(sampleType).toBe('float32');
        expect(read.data).toEqual(volume.data);
        // Four decimals survive the fraction of two 32-bit integers exactly, up to the rounding of
        // one division.
        read.voxelSizeUm.forEach((value, axis) => expect(value).toBeCloseTo(voxelSizeUm[axis], 12));
      };
      await fc.assert(fc.asyncProperty(shapes, voxels, fc.nat(), check), { seed: 4, numRuns: 40 });
      expect(await readdir(folder)).toEqual(['volume.tif']);
    },
  );
});
