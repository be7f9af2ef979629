import { readFileSync } from 'node:fs';

/** Values of the diffraction integrals from mpmath: NA 1.4, n 1.5, 500 nm; lengths in nm. */
interface PsfReference {
  readonly BW_r_z_I: readonly (readonly [r: number, z: number, intensity: number])[];
  readonly RW_r_z_I_I0I1I2: readonly (readonly [
    r: number,
    z: number,
    intensity: number,
    fields: unknown,
  ])[];
  readonly GLexact_r_z_I: readonly (readonly [r: number, z: number, intensity: number])[];
  readonly fwhm_nm: Readonly<Record<string, number>>;
  readonly special: Readonly<Record<string, number | readonly number[]>>;
  readonly grid_9x9x5_dx50_dz200: Readonly<
    Record<'BW' | 'RW', readonly (readonly (readonly number[])[])[]>
  >;
  readonly grid_8x8x4_dx50_dz200_even: Readonly<
    Record<'BW' | 'RW', readonly (readonly (readonly number[])[])[]>
  >;
}

function readFixture(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8'),
  ) as unknown;
}

export const reference = readFixture('psf-mpmath-NA1.4-n1.5-500nm.json') as PsfReference;

export const besselReference = (
  readFixture('bessel-mpmath.json') as {
    x_J0_J1_J2: readonly (readonly [number, number, number, number])[];
  }
).x_J0_J1_J2;

/** One place of the fixture other-optics; Richards & Wolf as [mean, cos 2φ part], lengths in µm. */
interface Place extends Readonly<
  Record<'aplanatic' | 'uniform' | 'emission', readonly [number, number]>
> {
  readonly r: number;
  readonly z: number;
  readonly bornWolf: number;
}

interface OtherOptics {
  readonly unaberrated: readonly {
    readonly numericalAperture: number;
    readonly immersionIndex: number;
    readonly emissionWavelengthUm: number;
    readonly places: readonly Place[];
  }[];
  readonly gibsonLanni: readonly {
    readonly layers: Readonly<
      Record<
        'na' | 'ni' | 'wavelength' | 'ns' | 'depth' | 'ng' | 'ng0' | 'tg' | 'tg0' | 'ni0' | 'ti0',
        number
      >
    >;
    readonly r_z_I: readonly (readonly [r: number, z: number, intensity: number])[];
  }[];
}

export const otherOptics = readFixture('other-optics-mpmath.json') as OtherOptics;

/** Optics of the reference. */
export const OPTICS = { numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.5 };
