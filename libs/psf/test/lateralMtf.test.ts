import { describe, expect, it } from 'vitest';
import { bornWolfPupil } from '../src/bornWolfPsf.ts';
import { discretizePupil, pupilIntensity, type PupilModel } from '../src/pupil.ts';
import { gaussLegendre } from '../src/gaussLegendre.ts';
import { gibsonLanniPupil } from '../src/gibsonLanniPsf.ts';
import { kernelMtf, lateralMtf } from '../src/mtf.ts';
import { gaussianPsf } from '../src/gaussianPsf.ts';
import { richardsWolfPupil } from '../src/richardsWolfPsf.ts';
import { OPTICS, reference } from './reference.ts';

const CUTOFF = (2 * 1.4) / 0.5;

describe('lateralMtf(model, frequencies)', () => {
  it('is the overlap of two circles for Born & Wolf (fixture psf-mpmath)', () => {
    const expected = reference.special['MTF2D_BW s=0.25,0.5,0.75'] as readonly number[];
    const values = lateralMtf(
      bornWolfPupil(OPTICS),
      [0.25, 0.5, 0.75].map((s) => s * CUTOFF),
    );
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12)); // rounding of 48² terms
  });

  it('is 1 at zero and 0 from the cut-off on', () => {
    expect(lateralMtf(richardsWolfPupil(OPTICS), [0, CUTOFF, 2 * CUTOFF])).toEqual([1, 0, 0]);
  });

  it.each([
    ['Richards & Wolf', richardsWolfPupil(OPTICS), 0],
    ['Richards & Wolf, emission', richardsWolfPupil({ ...OPTICS, apodization: 'emission' }), 0],
    ['Gibson & Lanni', gibsonLanniPupil({ ...OPTICS, sampleIndex: 1.45, sourceDepthUm: 1 }), 1],
  ] as const)('adds up to the intensity on the axis: %s', (_, model: PupilModel, z) => {
    // I(0) = (light of a plane) × 2π ∫ OTF(s) s ds, the inverse Fourier transform at the origin.
    const rule = gaussLegendre(40);
    const frequencies = [...rule.nodes].map((x) => (CUTOFF * (1 + x)) / 2);
    // The signed OTF: at these places it does not change sign.
    const mtf = lateralMtf(model, frequencies, z);
    const sum = mtf.reduce(
      (total, value, j) => total + (rule.weights[j] * CUTOFF * value * frequencies[j]) / 2,
      0,
    );
    const pupil = discretizePupil(model, 1, 2);
    const axis = pupilIntensity(pupil, 0, z).mean;
    // The OTF falls like (cut-off - s)^1.5 at the cut-off, which costs the 40-point rule 1e-5.
    expect((2 * Math.PI * sum * (pupil.planeEnergyUm2 ?? NaN)) / axis).toBeCloseTo(1, 4);
  });
});

describe('kernelMtf(kernel)', () => {
  it('is the Gaussian of a Gaussian', () => {
    const sigmaUm = [0.4, 0.15, 0.2] as const;
    const kernel = gaussianPsf({
      ...OPTICS,
      sigmaUm,
      shape: [41, 41, 41],
      voxelSizeUm: [0.2, 0.08, 0.1],
    });
    const curves = kernelMtf(kernel, 9);
    (['z', 'y', 'x'] as const).forEach((axis, i) => {
      const { frequencyPerUm, modulation } = curves[axis];
      expect(frequencyPerUm[8]).toBeCloseTo(1 / (2 * kernel.voxelSizeUm[i]), 12);
      modulation.forEach((value, j) => {
        // Cut at ±10 σ and sampled at σ/2: aliasing below exp(-2π² 2) ~ 1e-17; float32 voxels leave
        // 1e-7.
        expect(value).toBeCloseTo(
          Math.exp(-2 * (Math.PI * frequencyPerUm[j] * sigmaUm[i]) ** 2),
          6,
        );
      });
    });
  });
});
