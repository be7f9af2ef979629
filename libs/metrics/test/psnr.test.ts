import { describe, expect, it } from 'vitest';
import { nrmse, psnr, psnrPerSlice } from '../src/index.ts';
import {
  cubeEstimate,
  cubeTruth,
  planeEstimate,
  planeTruth,
  randomVolume,
  volumeOf,
} from './volumes.ts';

describe('psnr(estimate, truth, { dataRange })', () => {
  it('gives the published test vectors', () => {
    // The same sums in another order.
    expect(psnr(planeEstimate, planeTruth, { dataRange: 45 })).toBeCloseTo(22.472232552414113, 12);
    expect(psnr(cubeEstimate, cubeTruth, { dataRange: 511 })).toBeCloseTo(37.17909606107891, 12);
  });

  it('is 20 dB for an error of a tenth of the range', () => {
    const truth = volumeOf([2, 3, 4], () => 100);
    const estimate = volumeOf([2, 3, 4], () => 125);
    expect(psnr(estimate, truth, { dataRange: 250 })).toBe(20);
  });

  it('is Infinity for equal volumes', () => {
    expect(psnr(cubeTruth, cubeTruth, { dataRange: 1 })).toBe(Infinity);
  });

  it('rejects a missing range and another shape', () => {
    expect(() => psnr(cubeTruth, cubeTruth, { dataRange: 0 })).toThrow(
      /psnr: dataRange must be positive/,
    );
    expect(() => psnr(planeTruth, cubeTruth, { dataRange: 1 })).toThrow(
      /psnr: the shape of the estimate must be that of the truth/,
    );
  });
});

describe('psnrPerSlice(estimate, truth, { dataRange })', () => {
  it('averages the decibels of the planes', () => {
    const truth = volumeOf([2, 4, 4], () => 0);
    const estimate = volumeOf([2, 4, 4], (z) => (z === 0 ? 0.1 : 0.01));
    // 20 dB and 40 dB; 0.1 and 0.01 are rounded to float32.
    expect(psnrPerSlice(estimate, truth, { dataRange: 1 })).toBeCloseTo(30, 6);
  });

  it('equals psnr for one plane', () => {
    const options = { dataRange: 45 };
    expect(psnrPerSlice(planeEstimate, planeTruth, options)).toBe(
      psnr(planeEstimate, planeTruth, options),
    );
  });
});

describe('nrmse(estimate, truth)', () => {
  it('is 1 for an estimate of zeros and 0 for the truth', () => {
    const truth = randomVolume([3, 4, 5], 1);
    expect(
      nrmse(
        volumeOf([3, 4, 5], () => 0),
        truth,
      ),
    ).toBeCloseTo(1, 12);
    expect(nrmse(truth, truth)).toBe(0);
  });

  it('is the relative gain error', () => {
    const truth = volumeOf([3, 4, 5], (z, y, x) => z + y + x);
    expect(
      nrmse(
        volumeOf([3, 4, 5], (z, y, x) => 1.25 * (z + y + x)),
        truth,
      ),
    ).toBeCloseTo(0.25, 12);
  });

  it('rejects a truth of zeros', () => {
    const zeros = volumeOf([2, 2, 2], () => 0);
    expect(() => nrmse(zeros, zeros)).toThrow(/nrmse: truth must not be zero/);
  });
});
