import { createVolume, sum, voxelIndex, type Shape3, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { alignPsf } from '../src/deconvolution/alignPsf.ts';
import { copyBox } from '../src/deconvolution/copyBox.ts';
import { preparePsf } from '../src/deconvolution/preparePsf.ts';
import { psfPlaces } from '../src/deconvolution/psfOrigin.ts';
import { interpolate, resample } from '../src/deconvolution/resample.ts';
import { richardsonLucy } from '../src/deconvolution/richardsonLucy.ts';
import { blur } from '../src/forwardModel.ts';
import { gaussianKernel, kernel, VOXELS } from './deconvolutionSupport.ts';

const PEAK = { center: 'peak', background: 0 } as const;

/** A Gaussian about any place, in voxels from the first one. */
function bell(shape: Shape3, place: readonly number[], sigma: readonly number[]): Volume {
  return kernel(shape, (z, y, x) =>
    Math.exp(
      -[z, y, x].reduce((total, p, axis) => total + ((p - place[axis]) / sigma[axis]) ** 2, 0) / 2,
    ),
  );
}

function largestDifference(a: Volume, b: Volume): number {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}

describe('resample(data, shape, axes)', () => {
  it('is the Lanczos sum at every position, and the data at theirs', () => {
    const shape: Shape3 = [5, 6, 7];
    const { data } = kernel(shape, (z, y, x) => 1 + Math.sin(3 * z + 5 * y + 7 * x));
    const lanczos = (t: number): number =>
      t === 0
        ? 1
        : Math.abs(t) >= 6
          ? 0
          : (6 * Math.sin(Math.PI * t) * Math.sin((Math.PI * t) / 6)) / (Math.PI * t) ** 2;
    const norm = (p: number): number =>
      Array.from({ length: 40 }, (_, i) => lanczos(p - (i - 20))).reduce((a, b) => a + b, 0);
    for (const place of [
      [2, 3, 4],
      [1.25, 3.5, 2.9],
      [-0.4, 5.2, 0],
    ] as const) {
      let expected = 0;
      data.forEach((value, i) => {
        const at = [Math.floor(i / 42), Math.floor(i / 7) % 6, i % 7];
        expected += at.reduce((f, p, k) => (f * lanczos(place[k] - p)) / norm(place[k]), value);
      });
      // The result is a float32.
      expect(interpolate(data, shape, place)).toBeCloseTo(expected, 7);
    }
  });

  it('bins where a mean covers a whole number of samples', () => {
    const data = Float32Array.from({ length: 12 }, (_, i) => (i * 7) % 5);
    const one = { first: 0, step: 1, count: 1, isMean: false };
    const binned = resample(
      data,
      [1, 1, 12],
      [one, one, { first: 1, step: 3, count: 4, isMean: true }],
    );
    const means = [0, 3, 6, 9].map((i) => (data[i] + data[i + 1] + data[i + 2]) / 3);
    binned.forEach((value, i) => expect(value).toBeCloseTo(means[i], 6));
  });
});

describe('alignPsf(psf)', () => {
  it('keeps the values of a centered PSF, to the bit', () => {
    const psf = gaussianKernel([7, 9, 11], [1.5, 1.2, 1.4]);
    const { psf: aligned, isInterpolated } = alignPsf(psf, PEAK);
    expect(isInterpolated).toBe(false);
    expect(aligned).toEqual(preparePsf(psf));
  });

  it('centers a PSF of even sides between its voxels', () => {
    const even = bell([10, 16, 16], [4.5, 7.5, 7.5], [1.5, 1.4, 1.4]);
    const { psf, origin } = alignPsf(even, PEAK);
    origin.forEach((place, axis) => expect(place).toBeCloseTo([4.5, 7.5, 7.5][axis], 6));
    // What the edges of the even file cut off is missing: exp(-5²/2/1.5²) = 0.4 % of the maximum.
    const whole = gaussianKernel([11, 17, 17], [1.5, 1.4, 1.4]);
    expect(largestDifference(psf, whole) / Math.max(...whole.data)).toBeLessThan(0.01);
  });

  it('finds any place of a PSF to a hundredth of a voxel, in spite of a hot pixel', () => {
    const place = [7.3, 8.62, 9.1] as const;
    const psf = bell([15, 18, 20], place, [2, 1.5, 1.5]);
    psf.data[0] = 1.2 * Math.max(...psf.data);
    const places = psfPlaces(psf);
    places.peak.forEach((found, axis) => expect(found).toBeCloseTo(place[axis], 2));
    expect(places.brightest).toEqual([0, 0, 0]);
  });

  it('resamples to the voxels of the stack and keeps the light', () => {
    const fine: Volume = {
      ...bell([31, 41, 41], [15, 20, 20], [6, 5, 5]),
      voxelSizeUm: [0.1, 0.04, 0.04],
    };
    const { psf } = alignPsf(fine, { ...PEAK, voxelSizeUm: [0.25, 0.1, 0.1] });
    expect(psf.voxelSizeUm).toEqual([0.25, 0.1, 0.1]);
    expect(sum(psf.data)).toBeCloseTo(1, 6);
    expect(psf.shape).toEqual([13, 17, 17]);
    // Planes sample; pixels are the mean of 2.5, here 3, positions, which adds a variance of up to
    // 2.5²/12 fine pixels to 5² of them: 1 % of the width.
    const direct = gaussianKernel([13, 17, 17], [6 / 2.5, 5.05 / 2.5, 5.05 / 2.5]);
    expect(largestDifference(psf, direct) / Math.max(...direct.data)).toBeLessThan(0.01);
  });

  it('takes voxels that differ by less than 1 % for those of the stack', () => {
    const psf: Volume = {
      ...gaussianKernel([5, 7, 7], [1, 1, 1]),
      voxelSizeUm: [0.2, 0.1002, 0.1002],
    };
    const aligned = alignPsf(psf, { ...PEAK, voxelSizeUm: VOXELS });
    expect(aligned.isInterpolated).toBe(false);
    expect(aligned.psf.voxelSizeUm).toEqual(VOXELS);
  });
});

describe('a stack of fewer planes than its PSF', () => {
  it('keeps more of the light with 2P - 1 planes of the PSF than with P', () => {
    // Points in the middle planes, imaged through a PSF with long tails in z, cut to 11 planes.
    const tall: Shape3 = [41, 24, 24];
    const psf = kernel([21, 9, 9], (z, y, x) => {
      const waist = 1 + 0.12 * Math.abs(z - 10);
      return Math.exp(-((y - 4) ** 2 + (x - 4) ** 2) / (2 * waist ** 2)) / waist ** 2;
    });
    const object = createVolume(tall, VOXELS);
    for (const [z, y, x] of [
      [17, 8, 9],
      [20, 15, 12],
      [23, 11, 17],
    ])
      object.data[voxelIndex(tall, z, y, x)] = 1000;
    const shape: Shape3 = [11, 24, 24];
    const cut = (volume: Volume): Volume =>
      createVolume(shape, VOXELS, copyBox(volume.data, tall, [15, 0, 0], shape));
    const observed = cut(blur(object, psf));
    observed.data.forEach((value, i) => (observed.data[i] = Math.max(0, value)));
    const truth = cut(object);
    const lightOf = (kernelOfPsf: Volume): number =>
      sum(richardsonLucy(observed, kernelOfPsf, { iterations: 60 }).data) / sum(truth.data);
    const short = preparePsf(psf, { center: 'middle', largestShape: shape });
    expect(Math.abs(1 - lightOf(psf))).toBeLessThan(Math.abs(1 - lightOf(short)) / 2);
  });
});
