import { describe, expect, it } from 'vitest';
import { bornWolfPsf } from '../src/bornWolfPsf.ts';
import { gaussianPsf, gaussianSigmaUm } from '../src/gaussianPsf.ts';
import { OPTICS } from './reference.ts';

describe('gaussianPsf(options)', () => {
  it('has the curvature of Born & Wolf at the focus', () => {
    const sampling = { ...OPTICS, shape: [3, 3, 3], voxelSizeUm: [0.02, 0.005, 0.005] } as const;
    const gaussian = gaussianPsf(sampling).data;
    const diffraction = bornWolfPsf(sampling).data;
    // Both fall by 0.2 %; the next order of the expansions is 2e-6 of 1.
    for (const neighbor of [4, 22, 10, 16, 12, 14]) {
      expect(1 - gaussian[neighbor]).toBeGreaterThan(1e-3);
      expect(Math.abs(gaussian[neighbor] - diffraction[neighbor])).toBeLessThan(4e-6);
    }
  });

  it('takes given widths', () => {
    const psf = gaussianPsf({
      ...OPTICS,
      sigmaUm: [0.2, 0.3, 0.4],
      shape: [3, 3, 3],
      voxelSizeUm: [0.2, 0.3, 0.4],
    });
    expect(psf.data[13]).toBe(1);
    for (const neighbor of [4, 10, 12]) expect(psf.data[neighbor]).toBeCloseTo(Math.exp(-0.5), 7); // float32
  });

  it('is narrower laterally for a larger aperture', () => {
    expect(gaussianSigmaUm(OPTICS)[1]).toBeCloseTo((Math.SQRT2 * 0.5) / (2 * Math.PI * 1.4), 12);
    expect(gaussianSigmaUm(OPTICS)[1]).toBeLessThan(
      gaussianSigmaUm({ ...OPTICS, numericalAperture: 1 })[1],
    );
  });

  it('rejects a width that is no length', () => {
    const options = {
      ...OPTICS,
      shape: [3, 3, 3],
      voxelSizeUm: [0.1, 0.1, 0.1],
      sigmaUm: [0, 1, 1],
    } as const;
    expect(() => gaussianPsf(options)).toThrow(
      /gaussianPsf: sigmaUm must be three positive lengths/,
    );
  });
});
