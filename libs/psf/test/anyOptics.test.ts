import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bornWolfPupil } from '../src/bornWolfPsf.ts';
import { discretizePupil, pupilIntensity, type PupilModel } from '../src/pupil.ts';
import { gibsonLanniPupil } from '../src/gibsonLanniPsf.ts';
import { richardsWolfPupil } from '../src/richardsWolfPsf.ts';

const optics = fc
  .record({
    immersionIndex: fc.double({ min: 1, max: 1.8, noNaN: true }),
    part: fc.double({ min: 0.01, max: 0.995, noNaN: true }),
    emissionWavelengthUm: fc.double({ min: 0.2, max: 2, noNaN: true }),
  })
  .map(({ part, ...rest }) => ({ ...rest, numericalAperture: part * rest.immersionIndex }));

const layers = fc.record({
  sampleIndex: fc.double({ min: 1.3, max: 1.6, noNaN: true }),
  sourceDepthUm: fc.double({ min: 0, max: 20, noNaN: true }),
  coverslipThicknessUm: fc.double({ min: 165, max: 175, noNaN: true }),
  // Above every aperture that `optics` makes.
  coverslipIndex: fc.double({ min: 1.8, max: 1.9, noNaN: true }),
  coverslipIndexDesign: fc.double({ min: 1.8, max: 1.9, noNaN: true }),
});

const place = fc.record({
  r: fc.double({ min: 0, max: 6, noNaN: true }),
  z: fc.double({ min: -6, max: 6, noNaN: true }),
});

/**
 * More than twice the rings must change nothing, and no place may be brighter than the focus
 * without aberration.
 */
function expectConverged(model: PupilModel, { r, z }: { r: number; z: number }): void {
  const pupil = discretizePupil(model, 6, 6);
  const fine = pupilIntensity(model.discretize(2 * pupil.lateral.length + 7), r, z);
  const coarse = pupilIntensity(pupil, r, z);
  // The project's bar is 1e-12 of the peak.
  expect(Math.abs(coarse.mean - fine.mean)).toBeLessThan(1e-12);
  expect(Math.abs(coarse.angular - fine.angular)).toBeLessThan(1e-12);
  expect(coarse.mean).toBeGreaterThanOrEqual(0);
  expect(coarse.mean).toBeLessThan(1 + 1e-12);
  // The light polarized along x is nowhere negative either.
  expect(Math.abs(coarse.angular)).toBeLessThan(coarse.mean + 1e-12);
}

describe('any optics', () => {
  const settings = { seed: 20, numRuns: 40 };

  it('Born & Wolf has rings enough', () => {
    fc.assert(
      fc.property(optics, place, (o, p) => expectConverged(bornWolfPupil(o), p)),
      settings,
    );
  });

  it.each(['aplanatic', 'uniform', 'emission'] as const)(
    'Richards & Wolf, %s, has rings enough',
    (apodization) => {
      fc.assert(
        fc.property(optics, place, (o, p) =>
          expectConverged(richardsWolfPupil({ ...o, apodization }), p),
        ),
        settings,
      );
    },
  );

  it('Gibson & Lanni has rings enough', () => {
    fc.assert(
      fc.property(optics, layers, place, (o, l, p) =>
        expectConverged(gibsonLanniPupil({ ...o, ...l }), p),
      ),
      settings,
    );
  });
});
