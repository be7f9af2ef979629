import { describe, expect, it } from 'vitest';
import { discretizePupil, pupilIntensity } from '../src/pupil.ts';
import { gibsonLanniFocusUm, gibsonLanniPsf, gibsonLanniPupil } from '../src/gibsonLanniPsf.ts';
import { OPTICS } from './reference.ts';

const DEEP_IN_WATER = {
  numericalAperture: 1.2,
  immersionIndex: 1.515,
  emissionWavelengthUm: 0.52,
  sampleIndex: 1.33,
  sourceDepthUm: 6,
};

describe('gibsonLanniPsf(options)', () => {
  it('has the brightest plane in its center and is not symmetric when the layers do not match', () => {
    const psf = gibsonLanniPsf({
      ...DEEP_IN_WATER,
      shape: [61, 1, 1],
      voxelSizeUm: [0.1, 0.1, 0.1],
    });
    expect(Math.max(...psf.data)).toBe(psf.data[30]);
    expect(psf.data[30]).toBeLessThan(0.8); // spherical aberration takes light from the peak
    expect(Math.abs(psf.data[15] - psf.data[45])).toBeGreaterThan(0.01);
  });

  it('focuses deeper than the source when the sample has the lower index', () => {
    // Paraxially the stage must go to depth · n_i / n_s; marginal rays ask for more.
    expect(gibsonLanniFocusUm(DEEP_IN_WATER)).toBeGreaterThan((6 * 1.515) / 1.33);
    expect(gibsonLanniFocusUm(OPTICS)).toBe(0);
  });

  it('moves with the source, unchanged, in a matched sample', () => {
    const matched = { ...OPTICS, sourceDepthUm: 4 };
    expect(gibsonLanniFocusUm(matched)).toBeCloseTo(4, 6); // a flat maximum is found to about 1e-7
    const moved = discretizePupil(gibsonLanniPupil(matched), 1, 6);
    const still = discretizePupil(gibsonLanniPupil(OPTICS), 1, 2);
    for (const [r, z] of [
      [0, 0],
      [0.1, 0.3],
      [0.5, -0.8],
      [1, 1.5],
    ]) {
      const difference = pupilIntensity(moved, r, z + 4).mean - pupilIntensity(still, r, z).mean;
      expect(Math.abs(difference)).toBeLessThan(1e-13); // the same integral with two phases added
    }
  });

  it('puts the asked depth into the center', () => {
    const options = {
      ...DEEP_IN_WATER,
      shape: [3, 1, 1],
      voxelSizeUm: [0.5, 0.1, 0.1],
      centerDepthUm: 7,
    } as const;
    const pupil = discretizePupil(gibsonLanniPupil(DEEP_IN_WATER), 0, 8);
    const values = [...gibsonLanniPsf(options).data];
    [6.5, 7, 7.5].forEach((z, i) =>
      expect(values[i]).toBeCloseTo(pupilIntensity(pupil, 0, z).mean, 7),
    ); // float32
  });

  it('keeps the light of a plane when aberrated, and loses only evanescent light', () => {
    const energy = (optics: typeof DEEP_IN_WATER): number =>
      gibsonLanniPupil(optics).discretize(80).planeEnergyUm2 ?? NaN;
    const ideal = energy({ ...DEEP_IN_WATER, sampleIndex: 1.515, sourceDepthUm: 0 });
    expect(energy(DEEP_IN_WATER) / ideal).toBeCloseTo(1, 12);
    const beyond = { ...DEEP_IN_WATER, numericalAperture: 1.4, sourceDepthUm: 50 };
    const full = energy({ ...beyond, sourceDepthUm: 0 });
    // 50 µm deep nothing evanescent is left but a sliver at the critical angle: the aperture is
    // that of the sample.
    expect(energy(beyond) / full).toBeCloseTo((1.33 / 1.4) ** 2, 4);
  });

  it.each([
    [{ sourceDepthUm: -1 }, /sourceDepthUm must lie within 0 and 100000 µm, got -1/],
    [{ coverslipIndex: 1.1 }, /coverslipIndex must be above numericalAperture \(1.4\)/],
    [{ sampleIndex: 3 }, /sampleIndex must lie within 1 to 2/],
  ])('rejects %o', (wrong, message) => {
    const options = {
      ...OPTICS,
      shape: [3, 3, 3],
      voxelSizeUm: [0.1, 0.1, 0.1],
      ...wrong,
    } as const;
    expect(() => gibsonLanniPsf(options)).toThrow(message);
  });
});
