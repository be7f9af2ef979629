import { describe, expect, it } from 'vitest';
import { ssim, ssimPerSlice } from '../src/index.ts';
import { cubeEstimate, cubeTruth, randomVolume, volumeOf } from './volumes.ts';

describe('ssim(estimate, truth, { dataRange })', () => {
  it('follows the formula for two-valued volumes', () => {
    // Half 0, half 1 against half 0.2, half 0.6: μ = 0.5, 0.4; σ² = 0.25, 0.04; covariance 0.1.
    const truth = volumeOf([2, 2, 2], (_z, _y, x) => x);
    const estimate = volumeOf([2, 2, 2], (_z, _y, x) => 0.2 + 0.4 * x);
    const expected = ((0.4 + 1e-4) * (0.2 + 9e-4)) / ((0.41 + 1e-4) * (0.29 + 9e-4));
    expect(ssim(estimate, truth, { dataRange: 1 })).toBeCloseTo(expected, 7); // 0.2 and 0.6 in float32
  });

  it('is 1 for equal volumes and symmetric', () => {
    const options = { dataRange: 511 };
    expect(ssim(cubeTruth, cubeTruth, options)).toBe(1);
    expect(ssim(cubeTruth, cubeEstimate, options)).toBeCloseTo(
      ssim(cubeEstimate, cubeTruth, options),
      14,
    );
  });

  it('is negative for an inverted structure', () => {
    const truth = randomVolume([4, 4, 4], 2);
    const inverted = volumeOf([4, 4, 4], (z, y, x) => 1 - truth.data[(z * 4 + y) * 4 + x]);
    expect(ssim(inverted, truth, { dataRange: 1 })).toBeLessThan(-0.9);
  });

  it('does not change when intensities and range are scaled together', () => {
    const a = randomVolume([4, 4, 4], 3);
    const b = randomVolume([4, 4, 4], 4);
    const scale = (volume: typeof a): typeof a => ({
      ...volume,
      data: volume.data.map((value) => value * 1024),
    });
    // A power of two: float32 scales exactly.
    expect(ssim(scale(a), scale(b), { dataRange: 1024 })).toBeCloseTo(
      ssim(a, b, { dataRange: 1 }),
      12,
    );
  });
});

describe('ssimPerSlice(estimate, truth, { dataRange })', () => {
  it('averages planes that score 1 and about 0', () => {
    const truth = volumeOf([2, 4, 4], (_z, y, x) => (y + x) % 2);
    const estimate = volumeOf([2, 4, 4], (z, y, x) => (z === 0 ? (y + x) % 2 : 0.5));
    // The flat plane: luminance 1, structure c2 / (0.25 + c2).
    expect(ssimPerSlice(estimate, truth, { dataRange: 1 })).toBeCloseTo(
      (1 + 9e-4 / 0.2509) / 2,
      12,
    );
  });
});
