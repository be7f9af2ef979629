import { describe, expect, it } from 'vitest';
import { affineFit, psnr, psnrAffine } from '../src/index.ts';
import { randomVolume, valuesOf, volumeOf } from './volumes.ts';

describe('psnrAffine(estimate, truth, { dataRange })', () => {
  const truth = randomVolume([4, 5, 6], 1);
  const noisy = randomVolume([4, 5, 6], 2);

  it('does not see gain and offset', () => {
    const estimate = valuesOf(
      [4, 5, 6],
      (z, y, x) => truth.data[(z * 5 + y) * 6 + x] + 0.1 * noisy.data[(z * 5 + y) * 6 + x],
    );
    const scaled = { ...estimate, data: estimate.data.map((value) => 7 * value - 3) };
    const options = { dataRange: 1 };
    expect(psnrAffine(scaled, truth, options)).toBeCloseTo(
      psnrAffine(estimate, truth, options),
      10,
    ); // rounding
    expect(psnrAffine(scaled, truth, options)).toBeGreaterThan(psnr(scaled, truth, options) + 10);
  });

  it('is never below the plain PSNR', () => {
    expect(psnrAffine(noisy, truth, { dataRange: 1 })).toBeGreaterThan(
      psnr(noisy, truth, { dataRange: 1 }),
    );
  });

  it('fits the line of least squares', () => {
    const { gain, offset } = affineFit(
      valuesOf([1, 1, 3], (_z, _y, x) => x),
      valuesOf([1, 1, 3], (_z, _y, x) => [1, 3, 8][x]),
    );
    expect(gain).toBeCloseTo(3.5, 12);
    expect(offset).toBeCloseTo(0.5, 12);
  });

  it('gives a constant estimate the mean of the truth', () => {
    const fit = affineFit(
      volumeOf([1, 1, 4], () => 5),
      volumeOf([1, 1, 4], (_z, _y, x) => x),
    );
    expect(fit).toEqual({ gain: 0, offset: 1.5, meanSquaredError: 1.25 });
  });
});
