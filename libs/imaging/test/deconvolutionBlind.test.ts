import { createVolume, voxelIndex, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { blindRichardsonLucy } from '../src/deconvolution/blindRichardsonLucy.ts';
import { preparePsf } from '../src/deconvolution/preparePsf.ts';
import { richardsonLucy } from '../src/deconvolution/richardsonLucy.ts';
import { blur } from '../src/forwardModel.ts';
import {
  asymmetric,
  gaussianKernel,
  kernel,
  photons,
  rms,
  sum,
  VOXELS,
  worst,
} from './deconvolutionSupport.ts';

const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
const wide = gaussianKernel([5, 7, 7], [1.5, 1.8, 1.8]);

/** Beads of one voxel in the dark. */
function beads(): Volume {
  const truth = createVolume([12, 24, 23], VOXELS);
  for (let i = 0; i < 25; i++) truth.data[(i * 277 + 131) % truth.data.length] = 3000;
  return truth;
}

describe('blindRichardsonLucy(observed, firstPsf)', () => {
  it('narrows a psf that is too wide down to the true one, and restores beads better than with the guess', () => {
    const truth = beads();
    const observed = photons(blur(truth, psf));
    const counts: number[] = [];
    const { estimate, psf: found } = blindRichardsonLucy(observed, wide, {
      onIteration: ({ iteration }) => counts.push(iteration),
    });
    expect(rms(found.data, psf.data)).toBeLessThan(0.6 * rms(wide.data, psf.data));
    const guessed = richardsonLucy(observed, wide, { iterations: 200 });
    expect(rms(estimate.data, truth.data)).toBeLessThan(rms(guessed.data, truth.data));
    // 10 rounds of 20 updates, and the start.
    expect(counts).toEqual(Array.from({ length: 201 }, (_, i) => i));
  });

  it('keeps the psf normal: its sides, sum 1, nothing negative', () => {
    const { psf: found } = blindRichardsonLucy(photons(blur(beads(), psf)), wide, { rounds: 3 });
    expect(found.shape).toEqual(wide.shape);
    // float32 rounding of a sum of 245 values.
    expect(sum(found.data)).toBeCloseTo(1, 5);
    expect(found.data.every((value) => value >= 0)).toBe(true);
  });

  it.each(['weights', 'zero'] as const)(
    'leaves the true psf and object as they are without noise (%s)',
    (boundary) => {
      // A bead in the middle of even and odd sides: its image is the psf, whatever its symmetry.
      const truth = createVolume([8, 15, 16], VOXELS);
      truth.data[voxelIndex(truth.shape, 4, 7, 8)] = 1000;
      const observed = blur(truth, asymmetric);
      const { psf: found } = blindRichardsonLucy(observed, asymmetric, {
        rounds: 3,
        objectIterations: 100,
        boundary,
      });
      // The object is not quite a point after 100 updates, so the psf gives a little way.
      expect(worst(found.data, asymmetric.data)).toBeLessThan(0.05);
    },
  );

  it('returns the guess for a dark image', () => {
    const { estimate, psf: found } = blindRichardsonLucy(createVolume([6, 9, 9], VOXELS), wide, {
      rounds: 1,
    });
    expect(estimate.data.every((value) => value === 0)).toBe(true);
    expect(found.data).toEqual(wide.data);
  });

  it('refuses rounds of nothing', () => {
    expect(() => blindRichardsonLucy(beads(), wide, { rounds: 0 })).toThrow(
      'rounds must be a positive integer, got 0',
    );
  });
});

describe('preparePsf(psf)', () => {
  // Peak at [1, 4, 2] of 3 x 6 x 5: off the middle, and with even sides.
  const raw = kernel([3, 6, 5], (z, y, x) =>
    Math.exp(-((z - 1) ** 2) - (y - 4) ** 2 - (x - 2) ** 2),
  );

  it('moves the peak into the middle of odd sides and loses no light', () => {
    const prepared = preparePsf({ ...raw, data: raw.data.map((value) => 255 * value) });
    expect(prepared.shape).toEqual([3, 9, 5]);
    expect(prepared.voxelSizeUm).toEqual(raw.voxelSizeUm);
    expect(prepared.data.indexOf(Math.max(...prepared.data))).toBe(
      voxelIndex(prepared.shape, 1, 4, 2),
    );
    expect(sum(prepared.data)).toBeCloseTo(1, 6);
    expect(prepared.data[voxelIndex([3, 9, 5], 0, 3, 1)]).toBeCloseTo(
      raw.data[voxelIndex(raw.shape, 0, 3, 1)],
      6,
    );
  });

  it('makes an image deconvolved with an off-center psf stay in place', () => {
    const object = createVolume([7, 15, 15], VOXELS);
    const at = voxelIndex(object.shape, 3, 7, 7);
    object.data[at] = 1000;
    const observed = blur(object, preparePsf(raw));
    const estimate = richardsonLucy(observed, preparePsf(raw, { largestShape: [5, 7, 7] }), {
      iterations: 30,
    });
    expect(estimate.data.indexOf(Math.max(...estimate.data))).toBe(at);
  });

  it('takes the background and negative values out', () => {
    const noisy: Volume = {
      ...raw,
      data: raw.data.map((value, i) => value + (i % 2 === 0 ? 0.01 : -0.02)),
    };
    const prepared = preparePsf(noisy, { background: 0.01 });
    expect(prepared.data.every((value) => value >= 0)).toBe(true);
    expect(sum(prepared.data)).toBeCloseTo(1, 6);
  });

  it('crops about the origin, and can take the centroid for it', () => {
    expect(preparePsf(raw, { largestShape: [3, 5, 4] }).shape).toEqual([3, 5, 3]);
    const tailed = kernel([1, 1, 9], (_z, _y, x) => (x === 0 ? 2 : 1));
    expect(preparePsf(tailed, { center: 'peak' }).shape).toEqual([1, 1, 17]);
    expect(preparePsf(tailed, { center: 'centroid' }).shape).toEqual([1, 1, 9]);
  });

  it('refuses a psf without light', () => {
    expect(() => preparePsf(raw, { background: 1 })).toThrow(
      'psf must have a finite positive sum, got 0 (lower the background)',
    );
  });
});
