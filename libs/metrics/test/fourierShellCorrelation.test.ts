import { createRandomStream, createVolume, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { fourierShellCorrelation, smoothGaussian } from '../src/index.ts';
import { randomVolume } from './volumes.ts';

function withNoise(volume: Volume, sigma: number, seed: number): Volume {
  const stream = createRandomStream(seed, 'test/fsc');
  return { ...volume, data: volume.data.map((value) => value + sigma * stream.normal()) };
}

describe('fourierShellCorrelation(estimate, truth)', () => {
  const truth = createVolume([12, 20, 20], [0.25, 0.1, 0.1], randomVolume([12, 20, 20], 1).data);

  it('is 1 everywhere for equal volumes, whatever their gain', () => {
    const doubled = { ...truth, data: truth.data.map((value) => 2 * value) };
    const { correlation, resolutionUm } = fourierShellCorrelation(doubled, truth);
    correlation.forEach((value) => expect(value).toBeCloseTo(1, 12)); // rounding
    expect(resolutionUm).toBeNull();
  });

  it('has shells in cycles/µm up to the lowest Nyquist frequency', () => {
    const { frequencyPerUm, count } = fourierShellCorrelation(truth, truth);
    // Steps 1/3, 1/2, 1/2 per µm; Nyquist 2, 5, 5 per µm.
    expect(frequencyPerUm).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(count.every((value) => value > 0)).toBe(true);
    // |f| < 0.25: only the zero frequency.
    expect(count[0]).toBe(1);
  });

  it('is a plain sum over coefficients: a wave against itself, shifted', () => {
    const side = 16;
    const wave = (shift: number): Volume => {
      const data = Float32Array.from({ length: side ** 3 }, (_, i) =>
        Math.cos((2 * Math.PI * 3 * ((i % side) - shift)) / side),
      );
      return createVolume([side, side, side], [0.1, 0.1, 0.1], data);
    };
    const { correlation } = fourierShellCorrelation(wave(1), wave(0));
    // All energy in shell 3, shifted by 3/16 of a period.
    expect(correlation[3]).toBeCloseTo(Math.cos((2 * Math.PI * 3) / 16), 6); // float32
  });

  it('falls with white noise as the signal does, and gives the resolution', () => {
    const side = 32;
    const random = randomVolume([side, side, side], 2);
    const sharp = smoothGaussian(
      createVolume(
        [side, side, side],
        [0.1, 0.1, 0.1],
        random.data.map((v) => v - 0.5),
      ),
      1,
    );
    const { correlation, frequencyPerUm, resolutionUm } = fourierShellCorrelation(
      withNoise(sharp, 0.02, 3),
      sharp,
    );
    // Signal power 1/12 exp(-4π² f²σ²) (σ = 0.1 µm) against noise 4e-4: FSC = 1/√(1 + noise/signal)
    // = 0.5 where signal = noise/3.
    const expected = Math.sqrt(Math.log(1 / 12 / (4e-4 / 3))) / (2 * Math.PI * 0.1);
    expect(correlation[1]).toBeGreaterThan(0.99);
    expect(1 / (resolutionUm ?? NaN)).toBeGreaterThan(0.9 * expected); // a few hundred coefficients a shell: 5 %
    expect(1 / (resolutionUm ?? NaN)).toBeLessThan(1.1 * expected);
    expect(frequencyPerUm.at(-1)).toBe(5);
  });

  it('rejects another shape', () => {
    expect(() => fourierShellCorrelation(randomVolume([4, 4, 4], 1), truth)).toThrow(
      /shapes must agree/,
    );
  });
});
