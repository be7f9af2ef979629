import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { gaussianPsf, normalizePsf } from '@blurcycle/psf';
import { describe, expect, it } from 'vitest';
import { blur } from '../src/forwardModel.ts';
import { noiseCoefficients } from '../src/photonTransfer.ts';
import { scalePsf } from '../src/scalePsf.ts';
import { signalRatio } from '../src/signalRatio.ts';

const VOXEL = [0.2, 0.1, 0.1] as const;
const SHAPE = [24, 48, 48] as const;
const PSF = normalizePsf(
  gaussianPsf({
    ...{ numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.5 },
    ...{ voxelSizeUm: VOXEL, shape: [9, 13, 13], sigmaUm: [0.3, 0.17, 0.17] },
  }),
);

/** Rods of brightness 1 to 4 on black, blurred: means from 0 to about 1. */
function image(): Volume {
  const object = createVolume(SHAPE, VOXEL);
  for (let rod = 0; rod < 4; rod++) {
    for (let x = 6; x < 42; x++) {
      const place = (4 + 5 * rod) * 48 * 48 + (8 + 10 * rod) * 48 + x;
      for (const step of [0, 1, 48]) object.data[place + step] = 4 * (rod + 1);
    }
  }
  return blur(object, PSF, { border: 'periodic' });
}

function withNoise(clean: Volume, a: number, b: number, offset: number): Volume {
  const stream = createRandomStream(5, 'test');
  return createVolume(
    clean.shape,
    clean.voxelSizeUm,
    clean.data.map((mu) => offset + mu + Math.sqrt(a * Math.max(0, mu) + b) * stream.normal()),
  );
}

describe('noiseCoefficients(image, psf, black)', () => {
  it.each([
    [0.004, 1e-5],
    [0.02, 4e-4],
    [0, 1e-3],
  ])('finds a = %f and b = %f whatever the offset', (a, b) => {
    for (const offset of [0, 100]) {
      const found = noiseCoefficients(withNoise(image(), a, b, offset), PSF, offset);
      // 30,000 voxels, of which a hundredth is bright: b is known to 3 %, a to some 15 %.
      expect(Math.abs(found.b - b)).toBeLessThan(0.1 * b + 0.02 * a * 0.1);
      expect(Math.abs(found.a - a)).toBeLessThan(0.25 * a + 0.06 * b);
    }
  });
});

describe('signalRatio(image, psf)', () => {
  it('is 1 for noise alone, and far above with light', () => {
    const dark = withNoise(createVolume(SHAPE, VOXEL), 0, 1e-3, 100);
    // 1/√n of 2700 frequencies is 2 %, and the median has some more.
    expect(Math.abs(signalRatio(dark, PSF) - 1)).toBeLessThan(0.1);
    expect(signalRatio(withNoise(image(), 0.004, 1e-5, 100), PSF)).toBeGreaterThan(100);
    // Light with a peak at the noise's standard deviation is still seen.
    expect(signalRatio(withNoise(image(), 0, 1, 0), PSF)).toBeGreaterThan(1.4);
  });
});

/** Standard deviation about the middle along an axis, in voxels. */
function spread({ data, shape }: Volume, axis: number): number {
  const [, height, width] = shape;
  let sum = 0;
  data.forEach((value, i) => {
    const place = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    sum += value * (place[axis] - (shape[axis] - 1) / 2) ** 2;
  });
  return Math.sqrt(sum);
}

describe('scalePsf(psf, factor)', () => {
  it.each([0.8, 0.9, 1.1, 1.25])('makes a PSF %f times as wide, with sum 1', (factor) => {
    const scaled = scalePsf(PSF, factor);
    expect(scaled.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(scaled.shape.every((side) => side % 2 === 1)).toBe(true);
    // Linear interpolation adds up to a sixth of a voxel squared to variances of 2 to 3.
    for (const axis of [0, 1, 2])
      expect(Math.abs(spread(scaled, axis) / spread(PSF, axis) / factor - 1)).toBeLessThan(0.05);
  });

  it('is the PSF itself for 1', () => {
    expect(scalePsf(PSF, 1)).toBe(PSF);
  });
});
