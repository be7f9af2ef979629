import { describe, expect, it } from 'vitest';
import { bornWolfPupil } from '../src/bornWolfPsf.ts';
import { discretizePupil, pupilIntensity } from '../src/pupil.ts';
import { gibsonLanniPupil } from '../src/gibsonLanniPsf.ts';
import { richardsWolfPupil } from '../src/richardsWolfPsf.ts';
import { OPTICS, otherOptics, reference } from './reference.ts';

/** The project's bar is 1e-12 of the peak. */
const BAR = 1e-12;

describe.each(otherOptics.unaberrated)(
  'NA $numericalAperture, n $immersionIndex, $emissionWavelengthUm µm (fixture other-optics-mpmath)',
  ({ places, ...optics }) => {
    const farthest = places.reduce((most, { r }) => Math.max(most, r), 0);
    const deepest = places.reduce((most, { z }) => Math.max(most, Math.abs(z)), 0);

    it('Born & Wolf', () => {
      const pupil = discretizePupil(bornWolfPupil(optics), farthest, deepest);
      for (const { r, z, bornWolf } of places) {
        expect(Math.abs(pupilIntensity(pupil, r, z).mean - bornWolf)).toBeLessThan(BAR);
      }
    });

    it.each(['aplanatic', 'uniform', 'emission'] as const)('Richards & Wolf, %s', (apodization) => {
      const pupil = discretizePupil(
        richardsWolfPupil({ ...optics, apodization }),
        farthest,
        deepest,
      );
      for (const place of places) {
        const { mean, angular } = pupilIntensity(pupil, place.r, place.z);
        expect(Math.abs(mean - place[apodization][0])).toBeLessThan(BAR);
        expect(Math.abs(angular - place[apodization][1])).toBeLessThan(BAR);
      }
    });
  },
);

describe('Gibson & Lanni', () => {
  it.each(otherOptics.gibsonLanni)(
    'NA $layers.na, sample $layers.ns, source $layers.depth µm deep (fixture other-optics-mpmath)',
    ({ layers, r_z_I }) => {
      const model = gibsonLanniPupil({
        numericalAperture: layers.na,
        immersionIndex: layers.ni,
        emissionWavelengthUm: layers.wavelength,
        sampleIndex: layers.ns,
        sourceDepthUm: layers.depth,
        coverslipIndex: layers.ng,
        coverslipIndexDesign: layers.ng0,
        coverslipThicknessUm: layers.tg,
        coverslipThicknessDesignUm: layers.tg0,
        immersionIndexDesign: layers.ni0,
        workingDistanceUm: layers.ti0,
      });
      const pupil = discretizePupil(model, 8, 15);
      for (const [r, z, expected] of r_z_I) {
        expect(Math.abs(pupilIntensity(pupil, r, z).mean - expected)).toBeLessThan(BAR);
      }
    },
  );

  it('is the exact-defocus scalar model when everything matches the design (fixture psf-mpmath)', () => {
    const pupil = discretizePupil(gibsonLanniPupil(OPTICS), 3.2, 2);
    for (const [r, z, expected] of reference.GLexact_r_z_I) {
      expect(Math.abs(pupilIntensity(pupil, r / 1000, z / 1000).mean - expected)).toBeLessThan(BAR);
    }
  });
});
