import { describe, expect, it } from 'vitest';
import { bornWolfPupil } from '../src/bornWolfPsf.ts';
import { createPsf, psfIntensity, type PsfRequest } from '../src/createPsf.ts';
import { averageOver } from '../src/pinhole.ts';
import { pupilLight } from '../src/rasterizePupil.ts';
import { psfFwhmUm } from '../src/widths.ts';
import { windowEnergy } from '../src/windowEnergy.ts';
import { bornWolf, integrate, richardsWolf } from './quadrature.ts';

const OPTICS = { numericalAperture: 1.2, immersionIndex: 1.33, emissionWavelengthUm: 0.52 };
const SAMPLING = { voxelSizeUm: [0.2, 0.08, 0.08], shape: [5, 7, 7] } as const;
const BASE = { model: 'born-wolf', ...OPTICS, ...SAMPLING } as const;
const EXCITATION = 0.488;
const REACH = { axial: 1, lateral: 1 };
const PLACES = [
  [0, 0],
  [0.4, 0],
  [-0.3, 0.17],
  [0.25, 0.41],
] as const;

const at = (wavelength: number) => ({ na: 1.2, n: 1.33, wavelength });
const PINHOLE_UM = (0.61 * 0.52) / 1.2;

/** The mean of a round function over a disk about r, in strips. */
function diskMean(h: (r: number) => number, r: number, radius: number): number {
  const strip = (x: number): number => {
    const half = Math.sqrt(radius * radius - x * x);
    return 2 * integrate((y) => h(Math.hypot(r + x, y)), 0, half, 1 / 6);
  };
  return integrate(strip, -radius, radius, 1 / 8) / (Math.PI * radius * radius);
}

/** A radial function tabulated and read again to 1e-13, since the reference is slow. */
function remembered(h: (r: number) => number, length: number): (r: number) => number {
  const count = 40;
  const nodes = Array.from(
    { length: count },
    (_, k) => ((1 + Math.cos(((2 * k + 1) * Math.PI) / (2 * count))) * length) / 2,
  );
  const values = nodes.map(h);
  return (r) => {
    let [above, below] = [0, 0];
    for (let k = 0; k < count; k++) {
      if (r === nodes[k]) return values[k];
      const weight =
        ((k % 2 === 0 ? 1 : -1) * Math.sin(((2 * k + 1) * Math.PI) / (2 * count))) / (r - nodes[k]);
      above += weight * values[k];
      below += weight;
    }
    return above / below;
  };
}

describe('createPsf({ modality })', () => {
  it('confocal is excitation times emission over the pinhole, to 1e-10 of a quadrature in strips', () => {
    const intensity = psfIntensity(
      { ...BASE, modality: 'confocal', excitationWavelengthUm: EXCITATION },
      REACH,
    );
    const detection = (z: number, r: number): number =>
      diskMean(
        remembered((s) => bornWolf(at(0.52), s, z), 1),
        r,
        PINHOLE_UM,
      );
    const axis = detection(0, 0);
    for (const [z, r] of PLACES) {
      const expected = (bornWolf(at(EXCITATION), r, z) * detection(z, r)) / axis;
      expect(Math.abs(intensity(z, 0, r) - expected)).toBeLessThan(1e-10);
    }
  });

  it('spinning-disk is emission times excitation over two pinholes, to 1e-10', () => {
    const intensity = psfIntensity(
      { ...BASE, modality: 'spinning-disk', excitationWavelengthUm: EXCITATION },
      REACH,
    );
    // The correlation of two disks is (2/π)(acos u - u √(1 - u²)), u half the distance over a.
    const detection = (z: number, r: number): number => {
      const h = remembered((s) => bornWolf(at(EXCITATION), s, z), 1.2);
      const ring = (s: number): number => {
        const u = s / (2 * PINHOLE_UM);
        const overlap = Math.acos(u) - u * Math.sqrt((1 - u) * (1 + u));
        let mean = 0;
        for (let i = 0; i < 64; i++)
          mean +=
            h(Math.sqrt(r * r + s * s + 2 * r * s * Math.cos((Math.PI * (i + 0.5)) / 64))) / 64;
        return s * overlap * mean;
      };
      return integrate(ring, 0, 2 * PINHOLE_UM);
    };
    const axis = detection(0, 0);
    for (const [z, r] of PLACES) {
      const expected = (bornWolf(at(0.52), r, z) * detection(z, r)) / axis;
      expect(Math.abs(intensity(z, r, 0) - expected)).toBeLessThan(1e-10);
    }
  });

  it('averages over two disks as over one and then over one again', () => {
    const light = pupilLight(bornWolfPupil(OPTICS));
    const once = averageOver(light, 'disk', 0.2);
    const twice = averageOver({ ...light, ...once }, 'disk', 0.2).prepare(1, 1);
    const both = averageOver(light, 'two-disks', 0.2).prepare(1, 1);
    const [a, b] = [twice(new Float64Array([0, 0.7])), both(new Float64Array([0, 0.7]))];
    for (const radius of [0, 0.1, 0.33, 1]) {
      a.profile(radius);
      b.profile(radius);
      a.mean.forEach((value, i) => expect(Math.abs(value - b.mean[i])).toBeLessThan(1e-13));
    }
  });

  it('two-photon is the square of the excitation, to 1e-10', () => {
    const request = {
      ...BASE,
      model: 'richards-wolf',
      modality: 'two-photon',
      excitationWavelengthUm: 0.9,
    } as const;
    const intensity = psfIntensity(request, REACH);
    for (const [z, r] of PLACES) {
      const [mean] = richardsWolf(at(0.9), () => 0, r, z);
      expect(Math.abs(intensity(z, r, 0) - mean ** 2)).toBeLessThan(1e-10);
    }
  });

  it('light-sheet is emission times a Gaussian, to 1e-10', () => {
    const intensity = psfIntensity(
      { ...BASE, modality: 'light-sheet', sheetThicknessUm: 1.1 },
      REACH,
    );
    for (const [z, r] of PLACES) {
      const expected = bornWolf(at(0.52), r, z) * 2 ** -((z / 0.55) ** 2);
      expect(Math.abs(intensity(z, r, 0) - expected)).toBeLessThan(1e-10);
    }
  });

  it.each([
    ['confocal', { ...BASE, emissionWavelengthUm: EXCITATION }],
    ['spinning-disk', BASE],
  ] as const)('%s opens to widefield', (modality, limit) => {
    const widefield = createPsf(limit).data;
    const error = (pinholeAiryUnits: number): number => {
      const opened = { modality, excitationWavelengthUm: EXCITATION, pinholeAiryUnits };
      return createPsf({ ...BASE, ...opened }).data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - widefield[i])),
        0,
      );
    };
    // The light outside a pinhole of radius a is about 2/(π k NA a), 0.8 % for 20 Airy units, and
    // differs from plane to plane: the error falls as 1/a.
    expect(error(20)).toBeLessThan(8e-3);
    expect(error(20)).toBeLessThan(0.6 * error(10));
  });

  it('light-sheet opens to widefield', () => {
    const lit = { modality: 'light-sheet', sheetThicknessUm: 1e6 } as const;
    const widefield = createPsf(BASE).data;
    createPsf({ ...BASE, ...lit }).data.forEach((value, i) =>
      expect(Math.abs(value - widefield[i])).toBeLessThan(1e-7),
    );
  });

  it('a closed pinhole gives the product of both wavelengths', () => {
    const lit = { excitationWavelengthUm: EXCITATION, pinholeAiryUnits: 1e-3 };
    const product = createPsf(BASE).data;
    const excitation = createPsf({ ...BASE, emissionWavelengthUm: EXCITATION }).data;
    for (const modality of ['confocal', 'spinning-disk'] as const) {
      createPsf({ ...BASE, modality, ...lit }).data.forEach((value, i) =>
        // (k NA a)² of a pinhole of a thousandth, and float32.
        expect(Math.abs(value - product[i] * excitation[i])).toBeLessThan(1e-5),
      );
    }
  });

  it.each(['confocal', 'spinning-disk', 'light-sheet'] as const)(
    '%s fills a grid with the intensities of its places, with means over pixels',
    (modality) => {
      const lit =
        modality === 'light-sheet'
          ? { sheetThicknessUm: 2 }
          : { excitationWavelengthUm: EXCITATION };
      const layers = { sampleIndex: 1.36, sourceDepthUm: 6 };
      const request: PsfRequest = {
        ...BASE,
        model: 'gibson-lanni-vectorial',
        ...layers,
        modality,
        ...lit,
      };
      const psf = createPsf(request);
      const intensity = psfIntensity(request, REACH);
      const grid = (z: number, y: number, x: number): number => psf.data[(z * 7 + y) * 7 + x];
      for (const [z, y, x] of [
        [2, 3, 3],
        [0, 1, 5],
        [4, 6, 2],
      ]) {
        const place = [(z - 2) * 0.2, (y - 3) * 0.08, (x - 3) * 0.08] as const;
        // Half a unit in the last place of float32.
        expect(Math.abs(grid(z, y, x) - intensity(...place))).toBeLessThan(1e-7);
      }
      const mean = createPsf({ ...request, pixelIntegration: 'both' });
      const cell = (center: number, side: number, f: (t: number) => number): number =>
        integrate(f, center - side / 2, center + side / 2, 1 / 2) / side;
      const expected = cell(0.2, 0.2, (z) =>
        cell(0.08, 0.08, (y) => cell(-0.16, 0.08, (x) => intensity(z, y, x))),
      );
      // The coarse rule of the test is good to 1e-5.
      expect(mean.data[(3 * 7 + 4) * 7 + 1] / expected).toBeCloseTo(1, 4);
    },
  );

  it('makes the widths that optics promise, and has no light of its planes to count', () => {
    const width = (request: PsfRequest) => psfFwhmUm(request);
    const widefield = width(BASE);
    const closed = {
      modality: 'confocal',
      excitationWavelengthUm: 0.52,
      pinholeAiryUnits: 1e-3,
    } as const;
    const confocal = width({ ...BASE, ...closed });
    // The square of a near Gaussian is √2 narrower: 0.72 of an Airy pattern.
    expect(confocal.x / widefield.x).toBeCloseTo(0.72, 2);
    expect(confocal.z / widefield.z).toBeCloseTo(0.72, 2);
    const request = { ...BASE, ...closed };
    expect(windowEnergy(request, createPsf(request))).toBeNull();
  });

  it.each([
    [{ modality: 'confocal' }, 'excitationWavelengthUm must lie within 0.2 to 2 µm for confocal'],
    [{ modality: 'light-sheet' }, 'sheetThicknessUm must be a length in µm, above 0'],
    [{ pinholeAiryUnits: 1 }, 'pinholeAiryUnits must be left out, got 1 (modality widefield'],
    [
      { modality: 'confocal', excitationWavelengthUm: 0.488, pinholeAiryUnits: 99 },
      'pinholeAiryUnits must lie above 0 and up to 20, got 99',
    ],
    [
      { voxelSizeUm: [25400, 352, 352] },
      'voxelSizeUm must be lengths in µm, above 0 and up to 100',
    ],
  ] as const)('refuses %j', (wrong, message) => {
    expect(() => createPsf({ ...BASE, ...wrong })).toThrow(message);
  });

  it('refuses polarized light where its pattern is not followed', () => {
    const laser = { excitationWavelengthUm: 0.9, polarization: 'x' } as const;
    const request = { ...BASE, model: 'richards-wolf', ...laser } as const;
    for (const modality of ['two-photon', 'spinning-disk'] as const)
      expect(() => createPsf({ ...request, modality })).toThrow('circular or unpolarized');
  });
});
