import { describe, expect, it } from 'vitest';
import { createPsf, psfIntensity } from '../src/createPsf.ts';
import { gibsonLanniPupil } from '../src/gibsonLanniPsf.ts';
import { gibsonLanniVectorialPupil } from '../src/gibsonLanniVectorialPsf.ts';
import { discretizePupil, pupilIntensity } from '../src/pupil.ts';
import { richardsWolfPupil } from '../src/richardsWolfPsf.ts';
import { richardsWolf } from './quadrature.ts';

const OPTICS = { numericalAperture: 1.3, immersionIndex: 1.515, emissionWavelengthUm: 0.52 };
const LAYERS = {
  sampleIndex: 1.38,
  sourceDepthUm: 5,
  coverslipIndex: 1.52,
  coverslipThicknessUm: 169,
  immersionIndexDesign: 1.512,
  workingDistanceUm: 140,
};
const PLACES = [
  [0, 0],
  [0.15, 0.6],
  [0.4, -0.8],
  [0.7, 1.5],
] as const;

/** Optical path of the layers minus that of the design, as eq. (3) of Gibson & Lanni has it. */
function pathUm(q: number): number {
  const root = (index: number): number => Math.sqrt(index * index - q * q) - index;
  return 5 * root(1.38) + 169 * root(1.52) - 170 * root(1.5255) + 140 * (root(1.515) - root(1.512));
}

describe("createPsf({ model: 'gibson-lanni-vectorial' })", () => {
  it('has the integral of Richards & Wolf with the phase of the layers, to 1e-10', () => {
    const intensity = psfIntensity(
      {
        model: 'gibson-lanni-vectorial',
        ...OPTICS,
        ...LAYERS,
        centerDepthUm: 4,
        ...sampling([5, 5, 5]),
      },
      { axial: 2, lateral: 1 },
    );
    const x = psfIntensity(
      {
        model: 'gibson-lanni-vectorial',
        ...OPTICS,
        ...LAYERS,
        polarization: 'x',
        centerDepthUm: 4,
        ...sampling([5, 5, 5]),
      },
      { axial: 2, lateral: 1 },
    );
    for (const [r, z] of PLACES) {
      const objective = { na: 1.3, n: 1.515, wavelength: 0.52 };
      // Planes are ordered by nominal focus depth: the defocus enters with the opposite sign.
      const [mean, angular] = richardsWolf(objective, pathUm, r, -(4 + z));
      expect(Math.abs(intensity(z, 0, r) - mean)).toBeLessThan(1e-10);
      expect(Math.abs(x(z, 0, r) - (mean + (r === 0 ? 0 : angular)))).toBeLessThan(1e-10);
      expect(Math.abs(x(z, r, 0) - (mean - (r === 0 ? 0 : angular)))).toBeLessThan(1e-10);
    }
  });

  it.each(['aplanatic', 'uniform', 'emission'] as const)(
    'is Richards & Wolf without a mismatch, apodization %s',
    (apodization) => {
      const matched = gibsonLanniVectorialPupil({ ...OPTICS, apodization });
      const free = richardsWolfPupil({ ...OPTICS, apodization });
      const [a, b] = [discretizePupil(matched, 1, 2), discretizePupil(free, 1, 2)];
      for (const [r, z] of PLACES) {
        const [left, right] = [pupilIntensity(a, r, z), pupilIntensity(b, r, z)];
        expect(Math.abs(left.mean - right.mean)).toBeLessThan(1e-13);
        expect(Math.abs(left.angular - right.angular)).toBeLessThan(1e-13);
      }
      expect((a.planeEnergyUm2 ?? NaN) / (b.planeEnergyUm2 ?? NaN)).toBeCloseTo(1, 12);
    },
  );

  it('tends to the scalar model as the aperture closes', () => {
    const low = { ...OPTICS, numericalAperture: 0.05, ...LAYERS };
    const [a, b] = [gibsonLanniVectorialPupil(low), gibsonLanniPupil(low)];
    const [vectorial, scalar] = [discretizePupil(a, 8, 300), discretizePupil(b, 8, 300)];
    for (const [r, z] of [
      [3, 0],
      [8, 100],
      [0, 300],
    ]) {
      const difference = pupilIntensity(vectorial, r, z).mean - pupilIntensity(scalar, r, z).mean;
      // The next terms are of the order of (NA/n)² = 1.1e-3.
      expect(Math.abs(difference)).toBeLessThan(5e-4);
    }
  });

  it('lets rays beyond the critical angle of the sample decay, and is brightest in its middle', () => {
    const psf = createPsf({
      model: 'gibson-lanni-vectorial',
      numericalAperture: 1.45,
      immersionIndex: 1.515,
      emissionWavelengthUm: 0.52,
      sampleIndex: 1.33,
      sourceDepthUm: 3,
      ...sampling([9, 7, 7]),
    });
    expect(psf.data.indexOf(Math.max(...psf.data))).toBe((4 * 7 + 3) * 7 + 3);
    expect(psf.data.every((value) => value >= 0)).toBe(true);
  });
});

function sampling(shape: readonly [number, number, number]) {
  return { voxelSizeUm: [0.2, 0.1, 0.1], shape } as const;
}
