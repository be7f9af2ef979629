import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { smoothLength } from '@blurcycle/compute/transforms';
import { createVolume, type Shape3, voxelCount } from '@blurcycle/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { acceleratedRichardsonLucy, richardsonLucy, richardsonLucyTv } from '../src/index.ts';
import { gaussianKernel } from './deconvolutionSupport.ts';

const SHAPE: Shape3 = [48, 96, 96];
const PSF_SIDE = 23;
const MARGINS = { periodic: 0, zero: (PSF_SIDE - 1) / 2, weights: PSF_SIDE - 1 };

const METHODS = {
  plain: richardsonLucy,
  accelerated: acceleratedRichardsonLucy,
  tv: richardsonLucyTv,
  'accelerated tv': (observed, psf, options) =>
    richardsonLucyTv(observed, psf, { ...options, accelerated: true }),
} satisfies Record<string, typeof richardsonLucy>;

/**
 * Floats for each voxel of the grid: data, spectrum of the transforms, kernel and all arrays of the
 * method; with a periodic border also the sensitivities, a volume that is garbage as soon as they
 * are found to be one number, whenever that is collected. Accelerated TV holds seven volumes of the
 * object's size.
 */
const MOST = { plain: 5, accelerated: 6, tv: 6, 'accelerated tv': 7 };

const CASES = (['periodic', 'zero', 'weights'] as const).flatMap((boundary) =>
  (Object.keys(METHODS) as (keyof typeof METHODS)[]).map((method) => ({ boundary, method })),
);

describe('memory of Richardson-Lucy', () => {
  let collectGarbage: () => void;
  beforeAll(() => {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  });

  it.each(CASES)('is bounded, garbage included: $method, $boundary', ({ boundary, method }) => {
    const psf = gaussianKernel([PSF_SIDE, PSF_SIDE, PSF_SIDE], [3, 2, 2]);
    const data = Float32Array.from({ length: voxelCount(SHAPE) }, (_, i) => 1 + (i % 7));
    const observed = createVolume(SHAPE, psf.voxelSizeUm, data);
    const grid = SHAPE.map((side) => smoothLength(side + MARGINS[boundary]));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers - data.byteLength;
    let bytes = 0;
    METHODS[method](observed, psf, {
      ...{ iterations: 4, boundary },
      onUpdate: () => {
        bytes = Math.max(bytes, process.memoryUsage().arrayBuffers - before);
      },
    });
    // The spectrum of the transforms is the add-on's own: rows of half the frequencies, rounded up
    // to vectors.
    const row = 2 * 8 * Math.ceil((grid[2] / 2 + 1) / 8);
    const voxels = grid[0] * grid[1] * grid[2];
    expect(bytes / 4 / voxels + row / grid[2]).toBeLessThan(MOST[method]);
  });
});
