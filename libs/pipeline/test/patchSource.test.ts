import { createVolume } from '@blurcycle/core';
import { patchSymmetries } from '@blurcycle/data';
import { createPsf, normalizePsf, type PsfRequest } from '@blurcycle/psf';
import { describe, expect, it } from 'vitest';
import { createPatchSource } from '../src/run/patchSource.ts';

const OPTICS = {
  numericalAperture: 1.4,
  immersionIndex: 1.515,
  emissionWavelengthUm: 0.6,
  voxelSizeUm: [0.25, 0.1, 0.1],
  shape: [7, 15, 15],
} as const;

/** The turns and flips that images of a known PSF may get. */
function turnsOf(request: PsfRequest) {
  const kernel = normalizePsf(createPsf(request));
  const { voxelSizeUm } = kernel;
  const options = { augmentation: 'lateral', sampling: 'unpaired', kernel, voxelSizeUm } as const;
  return patchSymmetries(options).blurred;
}

describe('the turns and flips of images whose PSF is known', () => {
  it('mirror along every axis with the PSF of Born & Wolf, which is symmetric about its focus', () => {
    const { quarters, flips } = turnsOf({ model: 'born-wolf', ...OPTICS });
    expect(quarters).toEqual([0, 1, 2, 3]);
    expect(flips).toEqual([0, 1, 2]);
  });

  it('do not mirror along z with a PSF that is aberrated 8 µm deep in water', () => {
    const deep = { sampleIndex: 1.33, sourceDepthUm: 8 };
    const { quarters, flips } = turnsOf({ model: 'gibson-lanni', ...OPTICS, ...deep });
    expect(quarters).toEqual([0, 1, 2, 3]);
    expect(flips).toEqual([1, 2]);
  });

  it('make no quarter turn where the PSF is sampled with voxels that are not square', () => {
    const { quarters } = turnsOf({
      model: 'born-wolf',
      ...OPTICS,
      voxelSizeUm: [0.25, 0.1, 0.12],
    });
    expect(quarters).toEqual([0, 2]);
  });
});

describe('createPatchSource(options)', () => {
  it('tilts no patch by default, even where it is a cube', () => {
    const planes = createVolume([8, 8, 8], [0.1, 0.1, 0.1]);
    planes.data.forEach((_, i) => (planes.data[i] = Math.floor(i / 64)));
    const source = createPatchSource({
      pairs: [{ id: 'train', blurred: planes, sharp: planes }],
      ...{ patch: [8, 8, 8], sharpMargin: [0, 0, 0], sampling: 'unpaired', seed: 1 },
      ...{ augment: 'lateral', kernel: null },
    });
    const [up, down] = [planes.data.join(), planes.data.toReversed().join()];
    const drawn = Array.from({ length: 40 }, () => source.next());
    for (const { blurred } of drawn) expect(blurred.data.join()).toBe(up);
    // Sharp patches belong to no blurred one and are mirrored along z, too.
    const sharp = new Set(drawn.map((sample) => sample.sharp.data.join()));
    expect(sharp).toEqual(new Set([up, down]));
  });
});
