import { createRandomStream, createVolume, mean, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import {
  addPhotonNoise,
  addReadNoise,
  averageSnrDb,
  calibrateReadNoise,
  peakSnrDb,
} from '../src/noise.ts';

/**
 * A bright cylinder on a weak background, as blurred filaments are: 2 % of the voxels hold most of
 * the light.
 */
function image(side: number, brightness = 1): Volume {
  const volume = createVolume([side, side, side], [0.1, 0.1, 0.1]);
  const middle = (side - 1) / 2;
  for (let i = 0; i < volume.data.length; i++) {
    const y = Math.floor(i / side) % side;
    const distance = Math.hypot(y - middle, (i % side) - middle);
    volume.data[i] = brightness * (0.01 + Math.exp(-((distance / (0.08 * side)) ** 2)));
  }
  return volume;
}

const stream = (name: string) => createRandomStream(3, `test/noise/${name}`);

describe('addPhotonNoise(volume, photons, stream)', () => {
  it('has the mean y and the variance y / photons', () => {
    for (const level of [0.004, 0.2, 1]) {
      const flat = createVolume([40, 40, 40], [1, 1, 1]);
      flat.data.fill(level);
      const { data } = addPhotonNoise(flat, 256, stream(`flat-${level}`));
      const average = mean(data);
      const variance = mean(data.map((value) => (value - average) ** 2));
      // 64 000 draws: standard error of the mean √(y/N/n), of the variance at most y/N √((2 + 1/(N
      // y))/n); 4.5 of them.
      const n = data.length;
      expect(Math.abs(average - level)).toBeLessThan(4.5 * Math.sqrt(level / 256 / n));
      const relative = Math.sqrt((2 + 1 / (256 * level)) / n);
      expect(Math.abs(variance / (level / 256) - 1)).toBeLessThan(4.5 * relative);
    }
  });

  it('counts whole photons, and none in the dark or below', () => {
    const volume = createVolume([1, 1, 3], [1, 1, 1], Float32Array.of(0, -1e-7, 0.9));
    const { data } = addPhotonNoise(volume, 256, stream('counts'));
    expect([...data.subarray(0, 2)]).toEqual([0, 0]);
    expect(Number.isInteger(256 * data[2])).toBe(true);
  });

  it('leaves the volume as it is without photon noise', () => {
    const volume = image(8);
    expect(addPhotonNoise(volume, null, stream('none')).data).toEqual(volume.data);
    expect(() => addPhotonNoise(volume, 0, stream('none'))).toThrow(
      /photons must be positive or null, got 0/,
    );
  });
});

describe('addReadNoise(volume, sigma, stream)', () => {
  it('has the standard deviation sigma and clips nothing', () => {
    const dark = createVolume([40, 40, 40], [1, 1, 1]);
    const { data } = addReadNoise(dark, 0.05, stream('read'));
    // Standard errors σ/√n and σ²√(2/n) with n = 64 000; 4.5 of them.
    expect(Math.abs(mean(data))).toBeLessThan((4.5 * 0.05) / Math.sqrt(64_000));
    expect(Math.abs(mean(data.map((value) => value * value)) / 0.05 ** 2 - 1)).toBeLessThan(
      4.5 * Math.sqrt(2 / 64_000),
    );
    const negative = data.filter((value) => value < 0).length;
    expect(Math.abs(negative / data.length - 0.5)).toBeLessThan(0.01);
  });

  it('rejects a negative sigma', () => {
    expect(() => addReadNoise(image(4), -1, stream('x'))).toThrow(
      /sigma must not be negative, got -1/,
    );
  });
});

describe('calibrateReadNoise(clean, counted, targetSnrDb)', () => {
  const clean = [image(24), image(24, 0.8)];
  const counted = clean.map((volume, i) => addPhotonNoise(volume, 512, stream(`photons-${i}`)));

  it.each([1.25, 2.5, 5, 10, 15, 20])('brings the average SNR to %f dB', (target) => {
    const { readNoiseSigma, reachable } = calibrateReadNoise(clean, counted, target);
    const noisy = counted.map((volume, i) =>
      addReadNoise(volume, readNoiseSigma, stream(`read-${i}`)),
    );
    expect(reachable).toBe(true);
    // The promise of the project; chance alone moves it by 8.7/√(2n) = 0.04 dB at most, most of it
    // less.
    expect(Math.abs(averageSnrDb(clean, noisy) - target)).toBeLessThan(0.05);
  });

  it('says so when photon noise alone is worse, and adds none', () => {
    const { readNoiseSigma, reachable, photonSnrDb } = calibrateReadNoise(clean, counted, 40);
    expect(reachable).toBe(false);
    expect(readNoiseSigma).toBe(0);
    expect(photonSnrDb).toBeCloseTo(averageSnrDb(clean, counted), 12);
    expect(photonSnrDb).toBeLessThan(40);
  });

  it('adds none to a noise-free recording', () => {
    expect(calibrateReadNoise(clean, clean, Infinity).readNoiseSigma).toBe(0);
    expect(calibrateReadNoise(clean, clean, Infinity).photonSnrDb).toBe(Infinity);
  });

  it('rejects a negative SNR and darkness', () => {
    expect(() => calibrateReadNoise(clean, counted, -1)).toThrow(
      /targetSnrDb must not be negative, got -1/,
    );
    const dark = [createVolume([4, 4, 4], [1, 1, 1])];
    expect(() => calibrateReadNoise(dark, dark, 20)).toThrow(/clean must hold some light/);
  });
});

describe('averageSnrDb and peakSnrDb', () => {
  it('give the ratio of the definition', () => {
    const signal = createVolume([1, 1, 2], [1, 1, 1], Float32Array.of(3, 4));
    const noisy = createVolume([1, 1, 2], [1, 1, 1], Float32Array.of(3.5, 4));
    // 25 / 0.25: exact in float32.
    expect(averageSnrDb([signal], [noisy])).toBeCloseTo(20, 12);
    expect(averageSnrDb([signal], [signal])).toBe(Infinity);
  });

  it("give the paper's 24.08 dB for 256 photons", () => {
    expect(peakSnrDb(256)).toBeCloseTo(24.0824, 4);
  });
});
