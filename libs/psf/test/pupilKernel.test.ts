import { normalizePsf, createPsf, createPupilKernel, type PupilParameters } from '../src/index.ts';
import { nollMode, zernike } from '../src/pupilKernel/zernike.ts';
import { gaussLegendre } from '../src/gaussLegendre.ts';
import { describe, expect, it } from 'vitest';

/** Table I: experiments/_defaults.yaml. */
const TABLE1 = { numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.61 };
const WINDOW = { shape: [7, 15, 15], voxelSizeUm: [0.25, 0.1, 0.1] } as const;
const SMALL = { shape: [3, 5, 7], voxelSizeUm: [0.3, 0.12, 0.1] } as const;

const coefficients = (terms: number, scale: number): number[] =>
  Array.from({ length: terms }, (_, j) => scale * Math.cos(j * j + 1));

describe('zernike(mode, rho, phi)', () => {
  it('is orthonormal over the unit disk, Noll 1 to 28', () => {
    const modes = Array.from({ length: 28 }, (_, j) => nollMode(j + 1));
    const rule = gaussLegendre(8); // exact for ρ^14 in ρ²
    const steps = 16;
    for (const [i, a] of modes.entries()) {
      for (const [j, b] of modes.entries()) {
        let mean = 0;
        rule.nodes.forEach((node, ring) => {
          const rho = Math.sqrt((1 + node) / 2);
          for (let step = 0; step < steps; step++) {
            const phi = (2 * Math.PI * (step + 0.3)) / steps;
            mean +=
              ((rule.weights[ring] / 2) * zernike(a, rho, phi) * zernike(b, rho, phi)) / steps;
          }
        });
        expect(mean).toBeCloseTo(i === j ? 1 : 0, 12); // the quadrature is exact up to rounding
      }
    }
  });

  it("has the order of Noll's table I", () => {
    const rho = 0.7;
    const phi = 0.4;
    const table: Record<number, number> = {
      2: 2 * rho * Math.cos(phi),
      3: 2 * rho * Math.sin(phi),
      4: Math.sqrt(3) * (2 * rho ** 2 - 1),
      5: Math.sqrt(6) * rho ** 2 * Math.sin(2 * phi),
      6: Math.sqrt(6) * rho ** 2 * Math.cos(2 * phi),
      7: Math.sqrt(8) * (3 * rho ** 3 - 2 * rho) * Math.sin(phi),
      8: Math.sqrt(8) * (3 * rho ** 3 - 2 * rho) * Math.cos(phi),
      9: Math.sqrt(8) * rho ** 3 * Math.sin(3 * phi),
      10: Math.sqrt(8) * rho ** 3 * Math.cos(3 * phi),
      11: Math.sqrt(5) * (6 * rho ** 4 - 6 * rho ** 2 + 1),
      12: Math.sqrt(10) * (4 * rho ** 4 - 3 * rho ** 2) * Math.cos(2 * phi),
      15: Math.sqrt(10) * rho ** 4 * Math.sin(4 * phi),
      22: Math.sqrt(7) * (20 * rho ** 6 - 30 * rho ** 4 + 12 * rho ** 2 - 1),
    };
    for (const [index, value] of Object.entries(table))
      expect(zernike(nollMode(Number(index)), rho, phi)).toBeCloseTo(value, 12);
  });

  it('refuses an index below 1', () => {
    expect(() => nollMode(0)).toThrow('nollMode: index must be a positive integer, got 0');
  });
});

describe('createPupilKernel(options).evaluate(parameters)', () => {
  it.each([
    ['born-wolf', 'paraxial', [7, 15, 15], [0.25, 0.1, 0.1], TABLE1],
    ['gibson-lanni', 'exact', [7, 15, 15], [0.25, 0.1, 0.1], TABLE1], // matched layers
    [
      'gibson-lanni',
      'exact',
      [19, 15, 15],
      [0.06, 0.064, 0.064],
      { numericalAperture: 1.49, immersionIndex: 1.515, emissionWavelengthUm: 0.52 },
    ],
  ] as const)(
    'is %s with %s defocus where all coefficients are 0',
    (model, defocus, shape, voxelSizeUm, optics) => {
      const grid = { shape, voxelSizeUm };
      const kernel = createPupilKernel({
        ...grid,
        zernikeTerms: 18,
        defocus,
        design: optics,
      }).evaluate({
        ...optics,
        zernike: new Float64Array(18),
        logGain: 0,
      }).kernel;
      const psf = normalizePsf(createPsf({ model, ...grid, ...optics })).data;
      const peak = psf.reduce((a, b) => Math.max(a, b));
      // The reference is rounded to float32, 6e-8 of the peak.
      kernel.forEach((value, i) => expect(Math.abs(value - psf[i]) / peak).toBeLessThan(1e-7));
    },
  );

  it('is the sum over a fine grid of the pupil, aberrated, aplanatic', () => {
    const terms = 18;
    const parameters = { ...TABLE1, zernike: coefficients(terms, 0.15), logGain: Math.log(2) };
    const kernel = createPupilKernel({
      ...SMALL,
      zernikeTerms: terms,
      amplitude: 'aplanatic',
      design: TABLE1,
    }).evaluate(parameters).kernel;
    const slow = slowKernel(parameters);
    const peak = Math.max(...slow);
    // 300 x 300 points hold the edge of the disk to about 1e-3 of the field.
    kernel.forEach((value, i) => expect(Math.abs(value - slow[i]) / peak).toBeLessThan(2e-3));
  });

  it('sums to the gain and has no negative value', () => {
    const { kernel } = createPupilKernel({ ...WINDOW, zernikeTerms: 12, design: TABLE1 }).evaluate({
      ...TABLE1,
      zernike: coefficients(12, 0.4),
      logGain: 0.7,
    });
    expect(kernel.reduce((a, b) => a + b)).toBeCloseTo(Math.exp(0.7), 12); // rounding
    expect(Math.min(...kernel)).toBeGreaterThanOrEqual(0);
  });

  it('needs no more points for aberrations of 0.9 rad RMS and an NA/λ 15 % larger', () => {
    // Optics that demand twice as many points of the pupil are the reference.
    const design = { numericalAperture: 1.4, immersionIndex: 1.41, emissionWavelengthUm: 0.4 };
    const parameters = {
      ...TABLE1,
      emissionWavelengthUm: 0.61 / 1.15,
      zernike: coefficients(18, 0.3),
      logGain: 0,
    };
    const [kernel, fine] = [TABLE1, design].map(
      (optics) =>
        createPupilKernel({ ...WINDOW, zernikeTerms: 18, design: optics }).evaluate(parameters)
          .kernel,
    );
    const peak = Math.max(...fine);
    // measured: 4e-4 of the peak
    kernel.forEach((value, i) => expect(Math.abs(value - fine[i]) / peak).toBeLessThan(1e-3));
  });

  it.each([
    ['exact', 'uniform'],
    ['exact', 'aplanatic'],
    ['paraxial', 'uniform'],
    ['paraxial', 'aplanatic'],
  ] as const)(
    'has the derivatives of every parameter, %s defocus, %s amplitude',
    (defocus, amplitude) => {
      const terms = 18;
      const pupil = createPupilKernel({
        ...SMALL,
        zernikeTerms: terms,
        defocus,
        amplitude,
        design: TABLE1,
      });
      const start = { ...TABLE1, zernike: coefficients(terms, 0.2), logGain: 0.3 };
      const weights = Array.from({ length: 3 * 5 * 7 }, (_, i) => Math.sin(3 * i + 1));
      const loss = (parameters: PupilParameters): number =>
        pupil.evaluate(parameters).kernel.reduce((sum, value, i) => sum + weights[i] * value, 0);
      const gradient = pupil.evaluate(start).pullBack(weights);
      const slope = (change: (step: number) => PupilParameters): number => {
        const h = 1e-4;
        // Four points: error h⁴, about 1e-12 of these smooth functions; rounding 1e-16 / h.
        const at = (step: number): number => loss(change(step * h));
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
      };
      for (const name of [
        'logGain',
        'numericalAperture',
        'immersionIndex',
        'emissionWavelengthUm',
      ] as const) {
        expect(gradient[name]).toBeCloseTo(
          slope((step) => ({ ...start, [name]: start[name] + step })),
          8,
        );
      }
      for (let j = 0; j < terms; j++) {
        const moved = (step: number): number[] =>
          start.zernike.map((c, i) => (i === j ? c + step : c));
        expect(gradient.zernike[j]).toBeCloseTo(
          slope((step) => ({ ...start, zernike: moved(step) })),
          8,
        );
      }
    },
  );

  it.each([
    [{ shape: [4, 5, 5] as const }, 'shape must have odd sides, got [4, 5, 5]'],
    [{ zernikeTerms: -1 }, 'zernikeTerms must be an integer, 0 or more, got -1'],
    [{ design: { ...TABLE1, numericalAperture: 1.6 } }, 'numericalAperture must be above 0'],
  ])('refuses %o', (change, message) => {
    expect(() =>
      createPupilKernel({ ...SMALL, zernikeTerms: 3, design: TABLE1, ...change }),
    ).toThrow(message);
  });

  it('refuses another number of coefficients', () => {
    const pupil = createPupilKernel({ ...SMALL, zernikeTerms: 3, design: TABLE1 });
    expect(() => pupil.evaluate({ ...TABLE1, zernike: [0], logGain: 0 })).toThrow(
      'zernike.length must equal 3, got 1',
    );
  });
});

/** The definition on `SMALL`, by the rectangle rule on a Cartesian grid of the pupil. */
function slowKernel(parameters: PupilParameters): number[] {
  const { numericalAperture: na, immersionIndex: n, emissionWavelengthUm: wavelength } = parameters;
  const [depth, height, width] = SMALL.shape;
  const [dz, dy, dx] = SMALL.voxelSizeUm;
  const side = 300;
  const real = new Float64Array(depth * height * width);
  const imaginary = new Float64Array(real.length);
  for (let a = 0; a < side; a++) {
    for (let b = 0; b < side; b++) {
      const [u, v] = [a, b].map((i) => (2 * (i + 0.5)) / side - 1);
      const rho = Math.hypot(u, v);
      if (rho > 1) continue;
      const cosine = Math.sqrt(1 - ((rho * na) / n) ** 2);
      let aberration = 0;
      for (let j = 0; j < parameters.zernike.length; j++)
        aberration += parameters.zernike[j] * zernike(nollMode(5 + j), rho, Math.atan2(v, u));
      for (let i = 0, z = 0; z < depth; z++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++, i++) {
            const lateral = (u * (x - (width - 1) / 2) * dx + v * (y - (height - 1) / 2) * dy) * na;
            const axial = (z - (depth - 1) / 2) * dz * n * cosine;
            const phase = aberration + (2 * Math.PI * (lateral + axial)) / wavelength;
            real[i] += Math.cos(phase) / Math.sqrt(cosine);
            imaginary[i] += Math.sin(phase) / Math.sqrt(cosine);
          }
        }
      }
    }
  }
  const intensity = Array.from(real, (value, i) => value ** 2 + imaginary[i] ** 2);
  const total = intensity.reduce((sum, value) => sum + value, 0);
  return intensity.map((value) => (Math.exp(parameters.logGain) * value) / total);
}
