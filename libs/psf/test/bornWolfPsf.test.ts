import { createVolume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { bornWolfPsf, bornWolfPupil } from '../src/bornWolfPsf.ts';
import { cutPupil } from '../src/cutPupil.ts';
import { normalizePsf } from '../src/normalizePsf.ts';
import { pupilIntensity } from '../src/pupilIntensity.ts';
import { OPTICS, reference } from './reference.ts';

describe('bornWolfPsf(options)', () => {
  it('has the intensities of the integral at 30 digits (fixture psf-mpmath)', () => {
    const pupil = cutPupil(bornWolfPupil(OPTICS), 3.2, 2);
    let worst = 0;
    for (const [r, z, expected] of reference.BW_r_z_I) {
      worst = Math.max(worst, Math.abs(pupilIntensity(pupil, r / 1000, z / 1000).mean - expected));
    }
    // The project's bar is 1e-12 of the peak.
    expect(worst).toBeLessThan(1e-13);
  });
  it('fills odd and even grids with the same integral (fixture psf-mpmath, grids)', () => {
    for (const [shape, grid] of [
      [[5, 9, 9], reference.grid_9x9x5_dx50_dz200.BW],
      [[4, 8, 8], reference.grid_8x8x4_dx50_dz200_even.BW],
    ] as const) {
      const psf = bornWolfPsf({ ...OPTICS, shape, voxelSizeUm: [0.2, 0.05, 0.05] });
      const expected = grid.flat(2);
      // Half a unit in the last place of float32 at values up to 1.
      psf.data.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(6e-8));
    }
  });
});

describe('normalizePsf(psf)', () => {
  it('gives unit sum and keeps the shape of the profile', () => {
    const psf = bornWolfPsf({ ...OPTICS, shape: [15, 21, 21], voxelSizeUm: [0.25, 0.1, 0.1] });
    const unit = normalizePsf(psf);
    // float32 rounding of 6615 voxels.
    expect(unit.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    expect(unit.data[100] / unit.data[3307]).toBeCloseTo(psf.data[100] / psf.data[3307], 6);
  });

  it('rejects a PSF of zeros', () => {
    const psf = createVolume([3, 3, 3], [0.1, 0.1, 0.1]);
    expect(() => normalizePsf(psf)).toThrow(/normalizePsf: the sum of psf must be positive/);
  });
});
