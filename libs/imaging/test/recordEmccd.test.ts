import {
  createRandomStream,
  createVolume,
  mean,
  standardDeviation,
  type Volume,
} from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { gammaDeviate } from '../src/deviates.ts';
import { recordEmccd, type EmccdCamera } from '../src/index.ts';

const COUNT = 40_000;
const CAMERA: EmccdCamera = {
  multiplication: 300,
  readNoiseElectrons: 60,
  electronsPerCount: 12,
  offsetCounts: 100,
  bits: 16,
};

/** `COUNT` voxels of the same light. */
function flat(photoelectrons: number): Volume {
  return createVolume([1, 1, COUNT], [1, 1, 1], new Float32Array(COUNT).fill(photoelectrons));
}

const record = (photoelectrons: number, camera: EmccdCamera = CAMERA): Volume =>
  recordEmccd(flat(photoelectrons), camera, createRandomStream(3, 'noise/test'));

describe('gammaDeviate(stream, shape)', () => {
  it.each([1, 1.5, 4, 60])(
    'has mean and variance %d, and the third moment of its density',
    (shape) => {
      const stream = createRandomStream(7, 'gamma');
      const sample = Array.from({ length: COUNT }, () => gammaDeviate(stream, shape));
      // Five standard errors of each moment.
      expect(Math.abs(mean(sample) - shape)).toBeLessThan(5 * Math.sqrt(shape / COUNT));
      const variance = standardDeviation(sample) ** 2;
      expect(Math.abs(variance / shape - 1)).toBeLessThan(5 * Math.sqrt((2 + 6 / shape) / COUNT));
      // Skewness 2/√shape; its standard error, by the sixth moment, is about 0.07 for an
      // exponential.
      const skewness = mean(sample.map((value) => ((value - shape) / Math.sqrt(shape)) ** 3));
      expect(Math.abs(skewness - 2 / Math.sqrt(shape))).toBeLessThan(0.3);
    },
  );

  it('is exponential for shape 1', () => {
    const stream = createRandomStream(8, 'gamma');
    const above = Array.from({ length: COUNT }, () => gammaDeviate(stream, 1)).filter(
      (value) => value > 1,
    );
    // P(x > 1) = 1/e, standard error 0.0024
    expect(Math.abs(above.length / COUNT - Math.exp(-1))).toBeLessThan(0.012);
  });
});

describe('recordEmccd(photoelectrons, camera, stream)', () => {
  it.each([0.5, 5, 80])(
    'counts offset + g y / e on average, with photon noise doubled, for y = %d',
    (y) => {
      const { data } = record(y);
      const {
        multiplication: g,
        electronsPerCount: e,
        readNoiseElectrons: sigma,
        offsetCounts,
      } = CAMERA;
      const variance = (2 * g * g * y + sigma * sigma) / (e * e);
      expect(Math.abs(mean(data) - offsetCounts - (g * y) / e)).toBeLessThan(
        5 * Math.sqrt(variance / COUNT),
      );
      // Excess kurtosis of the compound Poisson is 6 / y: 8 % is four standard errors of the
      // variance at y = 0.5.
      expect(Math.abs(standardDeviation(data) ** 2 / variance - 1)).toBeLessThan(0.08);
    },
  );

  it('is an ordinary CCD with a gain of 1: photon noise as it is', () => {
    const camera = { ...CAMERA, multiplication: 1, electronsPerCount: 1, readNoiseElectrons: 3 };
    const { data } = record(50, camera);
    // Poisson 50, read noise 9, rounding 1/12.
    expect(Math.abs(standardDeviation(data) ** 2 / (50 + 9 + 1 / 12) - 1)).toBeLessThan(0.04);
  });

  it('shows the offset and the read noise in the dark', () => {
    const { data } = record(0);
    expect(Math.abs(mean(data) - 100)).toBeLessThan(0.2);
    expect(Math.abs(standardDeviation(data) - Math.sqrt(25 + 1 / 12))).toBeLessThan(0.1);
  });

  it('counts whole numbers within the range of its converter', () => {
    const { data } = record(4000);
    expect(Math.max(...data)).toBe(65535);
    expect(
      record(0, { ...CAMERA, offsetCounts: 0 }).data.every(
        (value) => Number.isInteger(value) && value >= 0,
      ),
    ).toBe(true);
  });

  it('refuses a camera that cannot be', () => {
    expect(() => record(1, { ...CAMERA, multiplication: 3 })).toThrow(
      'recordEmccd: multiplication must be 1 or from 10 on',
    );
    expect(() => record(1, { ...CAMERA, offsetCounts: 70000 })).toThrow(
      'offsetCounts must lie within the 16 bits',
    );
  });
});
