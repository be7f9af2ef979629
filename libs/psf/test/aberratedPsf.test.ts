import { describe, expect, it } from 'vitest';
import { aberratedPsf } from '../src/aberratedPsf.ts';
import { createPsf, psfIntensity, psfPupil, type PsfRequest } from '../src/createPsf.ts';
import { windowEnergy } from '../src/windowEnergy.ts';
import { integrate } from './quadrature.ts';

const OPTICS = { numericalAperture: 1.2, immersionIndex: 1.33, emissionWavelengthUm: 0.52 };
const SAMPLING = { voxelSizeUm: [0.25, 0.1, 0.1], shape: [3, 7, 9] } as const;
/** Noll's 5 to 8: two of astigmatism, two of coma. */
const COEFFICIENTS = [0.4, -0.7, 0.5, 0.3];
const REACH = { axial: 1, lateral: 1 };
const PLACES = [
  [0, 0, 0],
  [0.4, 0.1, -0.2],
  [-0.3, 0.35, 0.4],
] as const;

/** Σ c_n Z_n, the polynomials written out. Noll (1976), table I. */
function phase(rho: number, phi: number): number {
  const [c5, c6, c7, c8] = COEFFICIENTS;
  const coma = Math.sqrt(8) * (3 * rho ** 3 - 2 * rho);
  return (
    Math.sqrt(6) * rho * rho * (c5 * Math.sin(2 * phi) + c6 * Math.cos(2 * phi)) +
    coma * (c7 * Math.sin(phi) + c8 * Math.cos(phi))
  );
}

/** Mean of a periodic function over the azimuth. */
function around(f: (phi: number) => number): number {
  let sum = 0;
  for (let m = 0; m < 120; m++) sum += f((2 * Math.PI * m) / 120) / 120;
  return sum;
}

describe('createPsf({ zernike })', () => {
  it('is the scalar integral over the pupil, to 1e-10', () => {
    const intensity = psfIntensity(
      { model: 'born-wolf', ...OPTICS, ...SAMPLING, zernike: COEFFICIENTS },
      REACH,
    );
    const k = (2 * Math.PI) / 0.52;
    for (const [z, y, x] of PLACES) {
      const part = (wave: (p: number) => number): number =>
        integrate(
          (rho) =>
            2 *
            rho *
            around((phi) =>
              wave(
                k * 1.2 * rho * (x * Math.cos(phi) + y * Math.sin(phi)) -
                  (k * rho * rho * z * 1.2 ** 2) / (2 * 1.33) +
                  phase(rho, phi),
              ),
            ),
          0,
          1,
        );
      const expected = part(Math.cos) ** 2 + part(Math.sin) ** 2;
      expect(Math.abs(intensity(z, y, x) - expected)).toBeLessThan(1e-10);
    }
  });

  it('is the vectorial integral of refracted polarized rays, to 1e-10', () => {
    const k = (2 * Math.PI * 1.33) / 0.52;
    const alpha = Math.asin(1.2 / 1.33);
    const focus = integrate(
      (t) => Math.sqrt(Math.cos(t)) * Math.sin(t) * (1 + Math.cos(t)),
      0,
      alpha,
    );
    /** Electric vector of a ray at (θ, φ) of light polarized along `axis`, by rotating it. */
    const vector = (t: number, phi: number, axis: 0 | 1): readonly number[] => {
      const [c, s] = [Math.cos(phi), Math.sin(phi)];
      // Radial and azimuthal parts; the lens tilts the radial one by θ.
      const [radial, azimuthal] = axis === 0 ? [c, -s] : [s, c];
      return [
        radial * Math.cos(t) * c - azimuthal * s,
        radial * Math.cos(t) * s + azimuthal * c,
        -radial * Math.sin(t),
      ];
    };
    const reference = (z: number, y: number, x: number, axis: 0 | 1): number =>
      [0, 1, 2].reduce((sum, component) => {
        const part = (wave: (p: number) => number): number =>
          integrate(
            (t) =>
              // 2, as 1 + cos θ is twice the mean of cos θ and 1.
              2 *
              Math.sqrt(Math.cos(t)) *
              Math.sin(t) *
              around((phi) => {
                const path = Math.sin(t) * (x * Math.cos(phi) + y * Math.sin(phi));
                const rho = (Math.sin(t) * 1.33) / 1.2;
                return (
                  vector(t, phi, axis)[component] *
                  wave(k * (path + z * Math.cos(t)) + phase(rho, phi))
                );
              }),
            0,
            alpha,
          ) / focus;
        return sum + part(Math.cos) ** 2 + part(Math.sin) ** 2;
      }, 0);
    const of = (polarization: 'x' | 'y' | 'unpolarized') =>
      psfIntensity(
        { model: 'richards-wolf', ...OPTICS, ...SAMPLING, zernike: COEFFICIENTS, polarization },
        REACH,
      );
    const [alongX, alongY, mean] = [of('x'), of('y'), of('unpolarized')];
    for (const [z, y, x] of PLACES) {
      const [a, b] = [reference(z, y, x, 0), reference(z, y, x, 1)];
      expect(Math.abs(alongX(z, y, x) - a)).toBeLessThan(1e-10);
      expect(Math.abs(alongY(z, y, x) - b)).toBeLessThan(1e-10);
      expect(Math.abs(mean(z, y, x) - (a + b) / 2)).toBeLessThan(1e-10);
    }
  });

  it.each(['born-wolf', 'richards-wolf', 'gibson-lanni', 'gibson-lanni-vectorial'] as const)(
    'fills a grid with the intensities of its places, and without aberration with those of %s',
    (model) => {
      const layers = model.startsWith('gibson') ? { sampleIndex: 1.36, sourceDepthUm: 3 } : {};
      const request = { model, ...OPTICS, ...SAMPLING, ...layers } as PsfRequest;
      if (request.model === 'gaussian') throw new Error('not a pupil');
      const center = request.model.startsWith('gibson') ? { centerDepthUm: 2.5 } : {};
      const plain = createPsf({ ...request, ...center });
      const none = aberratedPsf(psfPupil(request), [0, 0], SAMPLING, center.centerDepthUm ?? 0);
      // Float32 of values up to 1.
      none.data.forEach((value, i) => expect(Math.abs(value - plain.data[i])).toBeLessThan(1e-7));
      const aberrated = { ...request, ...center, zernike: COEFFICIENTS };
      const psf = createPsf(aberrated);
      const intensity = psfIntensity(aberrated, REACH);
      for (const [z, y, x] of [
        [0, 2, 7],
        [1, 3, 4],
        [2, 6, 0],
      ]) {
        const value = intensity((z - 1) * 0.25, (y - 3) * 0.1, (x - 4) * 0.1);
        expect(Math.abs(psf.data[(z * 7 + y) * 9 + x] - value)).toBeLessThan(1e-7);
      }
    },
  );

  it('keeps the light of every plane', () => {
    const request = {
      model: 'born-wolf',
      ...OPTICS,
      voxelSizeUm: [0.3, 0.1, 0.1],
      shape: [3, 61, 61],
      zernike: [0, 0.5, 0, 0.3],
    } as const;
    const energy = windowEnergy(request, createPsf(request));
    // What lies outside 3 µm, as without aberration.
    expect(energy?.poorestPlane).toBeGreaterThan(0.95);
    expect(energy?.fraction).toBeLessThan(1);
  });

  it.each([
    [{ model: 'gaussian' }, 'zernike must go with a diffraction model in widefield'],
    [{ model: 'richards-wolf-psfgenerator' }, 'zernike must go with a diffraction model'],
    [{ modality: 'light-sheet', sheetThicknessUm: 1 }, 'in widefield, got'],
  ] as const)('refuses %j', (wrong, message) => {
    const request = { model: 'born-wolf', ...OPTICS, ...SAMPLING, zernike: [0, 1] } as const;
    expect(() => createPsf({ ...request, ...wrong })).toThrow(message);
  });
});
