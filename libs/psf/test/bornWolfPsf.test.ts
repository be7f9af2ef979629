import { createVolume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { bornWolfPsf, bornWolfPupil } from '../src/bornWolfPsf.ts';
import { besselJ01 } from '../src/besselJ.ts';
import { discretizePupil, pupilIntensity } from '../src/pupil.ts';
import { fwhm } from '../src/widths.ts';
import { goldenMaximum } from '../src/gibsonLanniPsf.ts';
import { normalizePsf } from '../src/normalizePsf.ts';
import { OPTICS, reference } from './reference.ts';

describe('bornWolfPsf(options)', () => {
  it('has the intensities of the integral at 30 digits (fixture psf-mpmath)', () => {
    const pupil = discretizePupil(bornWolfPupil(OPTICS), 3.2, 2);
    let worst = 0;
    for (const [r, z, expected] of reference.BW_r_z_I) {
      worst = Math.max(worst, Math.abs(pupilIntensity(pupil, r / 1000, z / 1000).mean - expected));
    }
    // The project's bar is 1e-12 of the peak.
    expect(worst).toBeLessThan(1e-13);
  });
  it('is the Airy pattern [2 J1(v)/v]² in the focal plane and sinc²(u/4) along the axis', () => {
    const optics = { numericalAperture: 0.85, immersionIndex: 1.2, emissionWavelengthUm: 0.66 };
    const pupil = discretizePupil(bornWolfPupil(optics), 30, 60);
    const k = (2 * Math.PI) / 0.66;
    const pair = new Float64Array(2);
    for (const distance of [0.01, 0.1, 0.5, 2, 7.5, 30]) {
      const v = k * 0.85 * distance;
      besselJ01(v, pair);
      // The project's bar is 1e-12 of the peak.
      expect(
        Math.abs(pupilIntensity(pupil, distance, 0).mean - ((2 * pair[1]) / v) ** 2),
      ).toBeLessThan(1e-13);
      const quarter = (k * 0.85 ** 2 * 2 * distance) / 1.2 / 4;
      expect(
        Math.abs(pupilIntensity(pupil, 0, 2 * distance).mean - (Math.sin(quarter) / quarter) ** 2),
      ).toBeLessThan(1e-13);
    }
  });

  it('has the FWHM, zeros and first side lobe of the fixture psf-mpmath', () => {
    const pupil = discretizePupil(bornWolfPupil(OPTICS), 1, 2);
    const lateral = (r: number): number => pupilIntensity(pupil, Math.abs(r), 0).mean;
    const axial = (z: number): number => pupilIntensity(pupil, 0, z).mean;
    // The fixture has 14 digits; the project's bar is 1e-6 relative.
    expect((fwhm(lateral, 0, 0.02) * 1000) / reference.fwhm_nm.BW_lateral).toBeCloseTo(1, 11);
    expect((fwhm(axial, 0, 0.05) * 1000) / reference.fwhm_nm.BW_axial).toBeCloseTo(1, 11);
    expect(lateral(0.21779819486902)).toBeLessThan(1e-20); // a double zero, met to 1e-14 µm
    expect(axial(0.76530612244898)).toBeLessThan(1e-20);
    const lobe = goldenMaximum(lateral, 0.22, 0.4);
    expect(lobe).toBeCloseTo(0.29191416971866956, 7); // a maximum is flat: rounding hides its place below 1e-8
    expect(lateral(lobe)).toBeCloseTo(0.017497862785774986, 13);
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

describe('bornWolfPsf(options), sampling', () => {
  it('is centered, symmetric, non-negative, and has the light of the integral in every plane', () => {
    const { data, shape } = bornWolfPsf({
      ...OPTICS,
      shape: [3, 201, 201],
      voxelSizeUm: [0.3, 0.08, 0.08],
    });
    const area = shape[1] * shape[2];
    expect(data[area + 100 * 201 + 100]).toBe(1);
    const planeEnergy = bornWolfPupil(OPTICS).discretize(20).planeEnergyUm2 ?? NaN;
    expect((planeEnergy / (2 * Math.PI)) * 1e6).toBeCloseTo(6461.8101812715, 8);
    for (const plane of [0, 1, 2]) {
      const values = data.subarray(plane * area, (plane + 1) * area);
      expect(values.every((value) => value >= 0)).toBe(true);
      expect(values.every((value, i) => value === values[area - 1 - i])).toBe(true);
      const fraction = (values.reduce((sum, value) => sum + value, 0) * 0.08 ** 2) / planeEnergy;
      // Pixels below Nyquist sum to the integral; about 2/(π k NA R) = 0.5 % lies beyond R = 8 µm.
      expect(fraction).toBeGreaterThan(0.99);
      expect(fraction).toBeLessThan(1);
    }
  });

  it('gives unequal pixels their own radii', () => {
    const psf = bornWolfPsf({ ...OPTICS, shape: [1, 5, 7], voxelSizeUm: [0.2, 0.11, 0.07] });
    const pupil = discretizePupil(bornWolfPupil(OPTICS), 1, 1);
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 7; x++) {
        const expected = pupilIntensity(pupil, Math.hypot((y - 2) * 0.11, (x - 3) * 0.07), 0).mean;
        expect(psf.data[y * 7 + x]).toBeCloseTo(expected, 7); // float32
      }
    }
  });

  it.each([
    [
      'numericalAperture',
      { numericalAperture: 1.5 },
      /numericalAperture must be above 0 and below immersionIndex/,
    ],
    [
      'emissionWavelengthUm',
      { emissionWavelengthUm: 500 },
      /must lie within 0.2 to 2 µm, got 500 \(give micrometers/,
    ],
    ['immersionIndex', { immersionIndex: 2.5 }, /immersionIndex must lie within 1 to 2/],
    ['shape', { shape: [0, 3, 3] }, /shape must be three positive integers/],
  ] as const)('rejects an impossible %s', (_, wrong, message) => {
    const options = {
      ...OPTICS,
      shape: [3, 3, 3],
      voxelSizeUm: [0.1, 0.1, 0.1],
      ...wrong,
    } as const;
    expect(() => bornWolfPsf(options)).toThrow(message);
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
