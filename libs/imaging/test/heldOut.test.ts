import { createVolume, type Shape3, type Volume } from '@blurcycle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UpdatesEnd } from '../src/deconvolution/iterateRichardsonLucy.ts';
import {
  acceleratedRichardsonLucy,
  richardsonLucy,
  richardsonLucyTv,
} from '../src/deconvolution/richardsonLucy.ts';
import { splitElectrons } from '../src/deconvolution/splitElectrons.ts';
import { blur } from '../src/forwardModel.ts';
import { gaussianKernel, record, rods } from './deconvolutionSupport.ts';

const SHAPE: Shape3 = [12, 32, 32];
const PSF = gaussianKernel([7, 9, 9], [1.4, 1.6, 1.6]);
const TRUTH = rods(SHAPE);
const CLEAN = blur(TRUTH, PSF, { border: 'periodic' });
/** Gray values for an electron. */
const GAIN = 2.5;

/** Gray values of a camera, whole numbers at or above 0. */
function camera(photons: number, readElectrons: number, seed = 3): Volume {
  const noisy = record(CLEAN, photons, readElectrons / photons, seed);
  return {
    ...noisy,
    data: noisy.data.map((value) => Math.max(0, Math.round(GAIN * photons * value))),
  };
}

describe('splitElectrons(where, image, psf, electronsPerCount)', () => {
  it('gives halves that sum to the data, and each has half of the light, whatever the camera', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 3000 }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        (photons, read, seed) => {
          const image = camera(photons, read, seed);
          const split = splitElectrons('test', image, PSF, 1 / GAIN);
          const { training, heldOut, readVariance } = split;
          let [electrons, light, farthest] = [0, 0, 0];
          let isCount = true;
          image.data.forEach((value, i) => {
            const total = Math.round(value / GAIN + readVariance);
            // Training is twice the first half without its read noise; clipped at 0.
            const half = (training.data[i] / GAIN + readVariance) / 2;
            const clipped = Math.max(total - heldOut[i], readVariance / 2);
            farthest = Math.max(farthest, Math.abs(half - clipped) / (total + 1));
            isCount &&= Number.isInteger(heldOut[i]) && heldOut[i] >= 0 && heldOut[i] <= total;
            electrons += total;
            light += heldOut[i];
          });
          expect(farthest).toBeLessThan(1e-6); // float32
          expect(isCount).toBe(true);
          // A sum of coins: standard deviation √n/2; five of them.
          expect(Math.abs(light - electrons / 2)).toBeLessThan(2.5 * Math.sqrt(electrons));
        },
      ),
      { numRuns: 10, seed: 5 },
    );
  });

  it('gives halves whose noise is independent, with and without read noise', () => {
    for (const read of [0, 3]) {
      const photons = 400;
      const image = camera(photons, read);
      const { training, heldOut, readVariance } = splitElectrons('test', image, PSF, 1 / GAIN);
      let [covariance, own] = [0, 0];
      CLEAN.data.forEach((value, i) => {
        // Where nothing is clipped.
        if (value < 0.1) return;
        const expected = (photons * value + readVariance) / 2;
        const first = (training.data[i] / GAIN + readVariance) / 2 - expected;
        covariance += first * (heldOut[i] - expected);
        own += first * first;
      });
      // Correlation of some 4000 voxels: standard error 0.016; without the read noise in the sum
      // it would be 0.03 to 0.1.
      expect(Math.abs(covariance / own)).toBeLessThan(0.05);
    }
  });

  it('is the same every time, and finds the electrons of a count in the noise', () => {
    const image = camera(300, 1);
    const [first, second] = [0, 1].map(() => splitElectrons('test', image, PSF, undefined));
    expect(first.heldOut).toEqual(second.heldOut);
    expect(first.training.data).toEqual(second.training.data);
    // The noise of 12,000 voxels gives it to some 15 %.
    expect(Math.abs(first.electronsPerCount * GAIN - 1)).toBeLessThan(0.3);
  });

  it.each([
    ['has no noise', CLEAN, undefined],
    ['is smoothed', blur(camera(300, 0), gaussianKernel([5, 5, 5], [1, 1, 1])), 1 / GAIN],
    ['is in [0, 1] with electrons of counts', { ...CLEAN, data: CLEAN.data.slice() }, 1],
    ['would have more electrons than any camera', camera(300, 0), 1e6],
  ])('refuses an image that %s', (_, image, electronsPerCount) => {
    expect(() => splitElectrons('test', image, PSF, electronsPerCount)).toThrow(
      /^test: observed with stop 'held-out' must (hold counts|have the photon noise).*--stop discrepancy/,
    );
  });

  it('refuses black', () => {
    const black = createVolume(SHAPE, PSF.voxelSizeUm);
    expect(() => splitElectrons('test', black, PSF, undefined)).toThrow('hold counts of a camera');
  });
});

describe("stop: 'held-out'", () => {
  const common = { negatives: 'clip', boundary: 'periodic' } as const;

  it('ends where more updates predict the other half less well, and says so', () => {
    const image = camera(20, 1);
    let end: UpdatesEnd | undefined;
    const updates: number[] = [];
    const estimate = richardsonLucy(image, PSF, {
      ...common,
      ...{ stop: 'held-out', electronsPerCount: 1 / GAIN, iterations: 60 },
      onEnd: (found) => (end = found),
      onUpdate: (done, most) => updates.push(done, most),
    });
    expect(end).toMatchObject({ reason: 'held-out', most: 60, electronsPerCount: 1 / GAIN });
    const count = end?.updates ?? 0;
    expect(updates.slice(-2)).toEqual([60 + count, 120]);
    // It is what that number of updates gives, bit for bit.
    const counted = richardsonLucy(image, PSF, { ...common, iterations: count });
    expect(estimate.data).toEqual(counted.data);
    // Reference: the likelihood of the other half after each number of updates of this one.
    const { training, heldOut, readVariance } = splitElectrons('test', image, PSF, 1 / GAIN);
    const likelihoods = [count - 1, count, count + 1].map((iterations) => {
      const found = richardsonLucy(training, PSF, { ...common, iterations });
      const { data } = blur(found, PSF, { border: 'periodic' });
      return data.reduce((sum, value, i) => {
        const expected = (value / GAIN + readVariance) / 2;
        return sum + heldOut[i] * Math.log(expected) - expected;
      }, 0);
    });
    expect(likelihoods[1]).toBeGreaterThan(likelihoods[0]);
    expect(likelihoods[1]).toBeGreaterThan(likelihoods[2]);
  });

  it.each([
    ['acceleratedRichardsonLucy', acceleratedRichardsonLucy],
    ['richardsonLucyTv', richardsonLucyTv],
  ])('ends %s, too, with a mask', (_, method) => {
    const image = camera(200, 2);
    const mask = new Float32Array(image.data.length).fill(1);
    // What the other half says there does not count.
    for (let i = 0; i < 40; i++) {
      mask[1000 + i] = 0;
      image.data[1000 + i] = 100;
    }
    let end: UpdatesEnd | undefined;
    method(image, PSF, { ...common, stop: 'held-out', mask, onEnd: (found) => (end = found) });
    expect(end?.reason).toBe('held-out');
    expect(end?.updates).toBeGreaterThan(2);
    expect(end?.updates).toBeLessThan(100);
  });

  it('says where the number of updates is too small to tell', () => {
    let end: UpdatesEnd | undefined;
    richardsonLucy(camera(2000, 2), PSF, {
      ...common,
      ...{ stop: 'held-out', iterations: 3, onEnd: (found: UpdatesEnd) => (end = found) },
    });
    expect(end).toMatchObject({ rule: 'held-out', reason: 'number', updates: 3, most: 3 });
  });

  it('does not go with another rule', () => {
    const options = { ...common, stop: 'held-out', relativeTolerance: 0.01 } as const;
    expect(() => richardsonLucy(camera(200, 2), PSF, options)).toThrow(
      "richardsonLucy: relativeTolerance must be left out with stop 'held-out', got 0.01",
    );
  });
});
