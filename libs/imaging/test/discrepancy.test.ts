import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import {
  acceleratedRichardsonLucy,
  richardsonLucy,
  richardsonLucyTv,
} from '../src/deconvolution/richardsonLucy.ts';
import type { IterationStatistics } from '../src/deconvolution/iterationStatistics.ts';
import { noiseVariance } from '../src/deconvolution/noiseLevel.ts';
import { blur } from '../src/forwardModel.ts';
import { addReadNoise } from '../src/noise.ts';
import { each, gaussianKernel, record, rods, VOXELS } from './deconvolutionSupport.ts';

const SHAPE: Shape3 = [16, 40, 48];
const PSF = gaussianKernel([7, 9, 9], [1.4, 1.6, 1.6]);

const meanSquare = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;

/** Reference: |F|² of one frequency by its definition. */
function powerAt({ data, shape }: Volume, frequency: readonly number[]): number {
  let [re, im] = [0, 0];
  each(shape, (z, y, x, i) => {
    const turns = [z, y, x].reduce((sum, place, a) => sum + (place * frequency[a]) / shape[a], 0);
    re += data[i] * Math.cos(2 * Math.PI * turns);
    im -= data[i] * Math.sin(2 * Math.PI * turns);
  });
  return re * re + im * im;
}

describe('noiseVariance(image, psf)', () => {
  it.each([
    ['photon noise', 0],
    ['photon and read noise', 0.03],
    ['mostly read noise', 0.2],
  ])('is the mean variance of the noise: %s', (_, readNoise) => {
    const clean = blur(rods(SHAPE), PSF, { border: 'periodic' });
    const truth = clean.data.reduce((sum, v) => sum + v, 0) / clean.data.length / 200;
    // The median of 1600 exponential deviates scatters by 1/(ln 2 √1600) = 3.6 %; 3 of that.
    const ratio = noiseVariance(record(clean, 200, readNoise, 1), PSF) / (truth + readNoise ** 2);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.11);
  });

  it('does not see the border of an image that does not repeat, nor an offset', () => {
    const shape: Shape3 = [16, 40, 48];
    const ramp = createVolume(shape, VOXELS);
    each(shape, (_z, y, x, i) => (ramp.data[i] = 5 + (y + x) / 10));
    const noisy = addReadNoise(ramp, 0.1, createRandomStream(3, 'test/read'));
    expect(Math.abs(noiseVariance(noisy, PSF) / 0.01 - 1)).toBeLessThan(0.11); // as above
  });

  it('is the median of the power where the transfer function is smallest, term by term', () => {
    const shape: Shape3 = [3, 4, 5];
    const psf = gaussianKernel([3, 3, 3], [0.8, 0.7, 0.9]);
    psf.data[5] += 0.01; // without symmetry
    const image = record(createVolume(shape, VOXELS, new Float32Array(60).fill(0.4)), 200, 0.1, 4);
    const kernel = createVolume(shape, VOXELS);
    each([3, 3, 3], (z, y, x, i) => (kernel.data[(z * 4 + y) * 5 + x] = psf.data[i]));
    const found: { transfer: number; power: number }[] = [];
    for (let z = 0; z < 3; z++)
      for (let y = 0; y < 4; y++)
        for (let x = 0; x < 3; x++)
          found.push({ transfer: powerAt(kernel, [z, y, x]), power: powerAt(image, [z, y, x]) });
    const limit = found.map(({ transfer }) => transfer).toSorted((a, b) => a - b)[3];
    const dark = found
      .filter(({ transfer }) => transfer <= limit * (1 + 1e-9))
      .map(({ power }) => power)
      .toSorted((a, b) => a - b);
    const middle = (dark[(dark.length - 1) >> 1] + dark[dark.length >> 1]) / 2;
    expect(noiseVariance(image, psf) / (middle / (60 * Math.LN2))).toBeCloseTo(1, 5); // float32 data
  });

  it('takes sides with large prime factors, and a PSF as large as the image', () => {
    const noise = addReadNoise(createVolume([7, 29, 31], VOXELS), 0.1, createRandomStream(5, 't'));
    expect(noiseVariance(noise, gaussianKernel([7, 29, 31], [1, 2, 2])) / 0.01).toBeCloseTo(1, 0);
  });
});

describe("stop: 'discrepancy'", () => {
  const truth = rods(SHAPE);
  const observed = record(blur(truth, PSF, { border: 'periodic' }), 200, 0.01, 2);
  const common = { negatives: 'clip', boundary: 'periodic' } as const;

  it('stops at the first estimate whose residual is at the noise level', () => {
    const residuals: number[] = [];
    const updates: number[] = [];
    const estimate = richardsonLucy(observed, PSF, {
      ...common,
      stop: 'discrepancy',
      onIteration: ({ residual }: IterationStatistics) => residuals.push(residual ** 2),
      onUpdate: (done, most) => updates.push(done, most),
    });
    const counts = { ...observed, data: observed.data.map((value) => Math.max(0, value)) };
    const level = noiseVariance(counts, PSF);
    const again = blur(estimate, PSF, { border: 'periodic' });
    expect(meanSquare(counts.data, again.data)).toBeLessThanOrEqual(level);
    expect(residuals.findIndex((residual) => residual <= level)).toBe(residuals.length - 1);
    expect(updates.slice(-2)).toEqual([residuals.length - 1, 200]);
    // Every update lowers the residual.
    residuals.slice(1).forEach((residual, i) => expect(residual).toBeLessThan(residuals[i]));
    // It is what that number of updates gives, bit for bit.
    const counted = richardsonLucy(observed, PSF, { ...common, iterations: residuals.length - 1 });
    expect(estimate.data).toEqual(counted.data);
  });

  it.each([
    ['acceleratedRichardsonLucy', acceleratedRichardsonLucy],
    ['richardsonLucyTv', richardsonLucyTv],
  ])('stops %s, too', (_, method) => {
    let updates = 0;
    const estimate = method(observed, PSF, {
      ...common,
      stop: 'discrepancy',
      onUpdate: (done) => (updates = done),
    });
    const again = blur(estimate, PSF, { border: 'periodic' });
    const counts = { ...observed, data: observed.data.map((value) => Math.max(0, value)) };
    // float32 rounding between the two blurs.
    expect(meanSquare(counts.data, again.data)).toBeLessThan(1.0001 * noiseVariance(counts, PSF));
    expect(updates).toBeGreaterThan(2);
    expect(updates).toBeLessThan(200);
  });

  it('ends at the number of iterations where the noise level is never reached', () => {
    let updates = 0;
    richardsonLucy(observed, PSF, {
      ...common,
      ...{ stop: 'discrepancy', iterations: 2, onUpdate: (done: number) => (updates = done) },
    });
    expect(updates).toBe(2);
  });
});
