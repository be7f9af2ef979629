import { describe, expect, it } from 'vitest';
import { createPsf, type PsfRequest } from '../src/createPsf.ts';
import { PSF_PRESETS } from '../src/psfPresets.ts';
import { psfWarnings } from '../src/psfWarnings.ts';
import { samplingLimits } from '../src/optics.ts';
import { windowEnergy } from '../src/windowEnergy.ts';
import { OPTICS, reference } from './reference.ts';

const REQUEST: PsfRequest = {
  model: 'born-wolf',
  ...OPTICS,
  shape: [5, 31, 31],
  voxelSizeUm: [0.1, 0.08, 0.08],
};

function codes(request: PsfRequest): string[] {
  return psfWarnings(request).map(({ severity, code }) => `${severity} ${code}`);
}

describe('psfWarnings(request, psf)', () => {
  it('is silent when all is well', () => {
    const wide = { ...REQUEST, shape: [1, 101, 101] } as const;
    expect(psfWarnings(wide, createPsf(wide))).toEqual([]);
  });

  it('says what is impossible, and guesses nanometers', () => {
    expect(codes({ ...REQUEST, numericalAperture: 1.5 })).toEqual(['error aperture']);
    const [warning] = psfWarnings({ ...REQUEST, emissionWavelengthUm: 500 });
    expect(warning.message).toContain('write 0.5 if these are nanometers');
  });

  it('knows the Nyquist limits (fixture psf-mpmath)', () => {
    const { lateralUm, axialUm } = samplingLimits(OPTICS);
    expect(lateralUm * 1000).toBeCloseTo(reference.special.nyquist_lateral_nm as number, 10);
    expect(axialUm * 1000).toBeCloseTo(
      reference.special['nyquist_axial_nm lambda/(2n(1-cos a))'] as number,
      10,
    );
    expect(codes({ ...REQUEST, voxelSizeUm: [0.27, 0.08, 0.1] })).toEqual([
      'warning lateral-sampling',
      'warning axial-sampling',
    ]);
    expect(codes({ ...REQUEST, shape: [1, 31, 31], voxelSizeUm: [5, 0.08, 0.08] })).toEqual([]);
  });

  it('names odd sides instead of even ones', () => {
    const [warning] = psfWarnings({ ...REQUEST, shape: [65, 256, 256] });
    expect(warning.code).toBe('even-size');
    expect(warning.message).toContain('use 65,257,257');
  });

  it('gives the fraction of light outside the window', () => {
    const narrow = { ...REQUEST, shape: [1, 5, 5] } as const;
    const [warning] = psfWarnings(narrow, createPsf(narrow));
    expect(warning.code).toBe('energy-cut-off');
    // The disc of radius R holds 1 - J0² - J1² of v = k NA R: 84 % at the first zero, 0.218 µm; the
    // square is smaller.
    expect(warning.fraction).toBeGreaterThan(0.1);
    expect(warning.fraction).toBeLessThan(0.2);
  });
});

describe('windowEnergy(request, psf)', () => {
  it('is the product of three error functions for a Gaussian', () => {
    const sigmaUm = [0.2, 0.1, 0.1] as const;
    const sampling = { shape: [5, 5, 5], voxelSizeUm: [0.08, 0.04, 0.04] } as const;
    const request: PsfRequest = {
      ...OPTICS,
      model: 'gaussian',
      ...sampling,
      sigmaUm,
      pixelIntegration: 'both',
    };
    // The window ends at one standard deviation on every side: erf(1/√2) = 0.6826894921 each.
    const energy = windowEnergy(request, createPsf(request));
    expect(energy?.fraction).toBeCloseTo(0.6826894921370859 ** 3, 6); // float32
  });

  it('is not known for the variant that is no field', () => {
    const request: PsfRequest = { ...REQUEST, model: 'richards-wolf-psfgenerator' };
    expect(windowEnergy(request, createPsf(request))).toBeNull();
  });
});

describe('PSF_PRESETS', () => {
  it('can be computed, and carry no error', () => {
    for (const { request } of Object.values(PSF_PRESETS)) {
      expect(psfWarnings(request).filter(({ severity }) => severity === 'error')).toEqual([]);
      const psf = createPsf({ ...request, shape: [3, 5, 5] });
      expect(psf.data[37]).toBe(1);
    }
  });
});

describe('createPsf(request)', () => {
  it('names the nearest model when the name is wrong', () => {
    const request = { ...REQUEST, model: 'born-wolfe' } as unknown as PsfRequest;
    expect(() => createPsf(request)).toThrow(
      /unknown model 'born-wolfe' \(did you mean 'born-wolf'\?/,
    );
  });
});
