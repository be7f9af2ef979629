import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { extent, voxelIndex, type Shape3, type VoxelSizeUm } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';

const folder = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const missing = !existsSync(folder);

interface RealFile {
  readonly name: string;
  readonly shape: Shape3;
  readonly type: string;
  readonly sum: number;
  readonly range: readonly [number, number];
  readonly peak: Shape3;
  /** Value at z 3, y 20, x 30. */
  readonly at: number;
  readonly voxelSizeUm: VoxelSizeUm | null;
}

/** What tifffile 2023.2.3 reads from each file. */
const FILES: readonly RealFile[] = [
  {
    name: 'nucleus/dapi_001.tif',
    shape: [40, 201, 101],
    type: 'uint16',
    sum: 5512459388,
    range: [1758, 21980],
    peak: [19, 134, 55],
    at: 2946,
    voxelSizeUm: null,
  },
  {
    name: 'beads/Bead_Image1_crop.tif',
    shape: [41, 150, 150],
    type: 'uint8',
    sum: 1443760,
    range: [1, 156],
    peak: [24, 80, 75],
    at: 1,
    voxelSizeUm: [0.125, 1 / 44.460534, 1 / 44.460534],
  },
  {
    name: 'beads/DeconvolutionSampleVerticalGrid1AU-crop.tif',
    shape: [21, 150, 150],
    type: 'uint8',
    sum: 1012917,
    range: [1, 8],
    peak: [8, 137, 84],
    at: 1,
    voxelSizeUm: [0.125, 1 / 45.527587, 1 / 45.527587],
  },
  {
    name: 'beads/psf_commit_ec13757.tif',
    shape: [45, 45, 45],
    type: 'float64',
    sum: 1,
    range: [-1.2591554874073976e-20, 0.000724368499257058],
    peak: [26, 18, 23],
    at: 4.64338781575037e-6,
    voxelSizeUm: null,
  },
  {
    name: 'measured-psf/psf_wl520nm_z300nm_x130nm_na0.85_n1.0.tif',
    shape: [25, 256, 256],
    type: 'uint16',
    sum: 424306212,
    range: [135, 46120],
    peak: [12, 128, 131],
    at: 231,
    voxelSizeUm: null,
  },
];

describe(`readTiffStack(path) on real stacks${missing ? ' (skipped: no folder ../shared/data)' : ''}`, () => {
  it.skipIf(missing).each(FILES)('agrees with tifffile on $name', async (file) => {
    const { volume, sampleType, statedVoxelSizeUm } = await readTiffStack(folder + file.name, {
      defaultVoxelSizeUm: [0.3, 0.13, 0.13],
    });
    const { data, shape } = volume;
    expect(shape).toEqual(file.shape);
    expect(sampleType).toBe(file.type);
    // Whole numbers are exact; 64-bit floating point is rounded to 24 bits, 6e-8 of each value.
    expect(data.reduce((sum, value) => sum + value, 0) / file.sum).toBeCloseTo(1, 7);
    expect(extent(data)).toEqual(file.range.map(Math.fround));
    expect(data[voxelIndex(shape, ...file.peak)]).toBe(Math.fround(file.range[1]));
    expect(data[voxelIndex(shape, 3, 20, 30)]).toBe(Math.fround(file.at));
    expect(volume.voxelSizeUm).toEqual(file.voxelSizeUm ?? [0.3, 0.13, 0.13]);
    expect(statedVoxelSizeUm).toEqual(file.voxelSizeUm ?? [null, null, null]);
  });

  it.skipIf(missing)(
    'refuses the time-lapse with a hint, and reads the frame that is asked for',
    async () => {
      const path = `${folder}beads/membrane_2d_timelapse.tif`;
      await expect(readTiffStack(path, { voxelSizeUm: [1, 1, 1] })).rejects.toThrow(
        "'membrane_2d_timelapse.tif' must be a z stack, got 5 pages without axes that its name calls time points " +
          '(choose one with --time-point 1 to 5, or give --page-axis z if they are slices)',
      );
      const frame = await readTiffStack(path, { voxelSizeUm: [1, 1, 1], timePoint: 4 });
      expect(frame.volume.shape).toEqual([1, 256, 256]);
      // tifffile: page 3, y 20, x 30.
      expect(frame.volume.data[20 * 256 + 30]).toBe(168);
      const stack = await readTiffStack(path, { voxelSizeUm: [1, 1, 1], pageAxis: 'z' });
      expect(stack.volume.shape).toEqual([5, 256, 256]);
    },
  );
});
