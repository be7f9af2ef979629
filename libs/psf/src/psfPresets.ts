import type { PsfRequest } from './createPsf.ts';

/** A named request with its origin. */
export interface PsfPreset {
  readonly title: string;
  /** Origin of the numbers. */
  readonly source: string;
  readonly request: PsfRequest;
}

/** Common settings by name. */
export const PSF_PRESETS = {
  'paper-simulation': {
    title: "the paper's simulation, Born & Wolf",
    source:
      'Lim et al. (2020), section IV-A1 names the model; optics and voxel are inferred to be the defaults of PSF Generator, ' +
      'the window is what gives the Input row of Table I',
    request: {
      model: 'born-wolf',
      numericalAperture: 1.4,
      immersionIndex: 1.5,
      emissionWavelengthUm: 0.61,
      voxelSizeUm: [0.25, 0.1, 0.1],
      shape: [7, 15, 15],
    },
  },
  'psf-generator': {
    title: "the defaults of EPFL's PSF Generator, Richards & Wolf",
    source: 'PSF Generator (Kirshner et al. 2013), its default volume and optics',
    request: {
      model: 'richards-wolf',
      numericalAperture: 1.4,
      immersionIndex: 1.5,
      emissionWavelengthUm: 0.61,
      voxelSizeUm: [0.25, 0.1, 0.1],
      shape: [65, 256, 256],
    },
  },
  'paper-microscope': {
    title: "the paper's microscope, Richards & Wolf: NA 1.49 oil, 64/64/60 nm",
    source:
      'Lim et al. (2020), section IV-B2: N-SIM, 100x NA 1.49 oil, voxel 64 x 64 x 60 nm, Alexa Fluor 488; index 1.515 of oil ' +
      'and emission 0.52 µm of the dye are usual values',
    request: {
      model: 'richards-wolf',
      numericalAperture: 1.49,
      immersionIndex: 1.515,
      emissionWavelengthUm: 0.52,
      voxelSizeUm: [0.06, 0.064, 0.064],
      shape: [31, 31, 31],
    },
  },
} as const satisfies Record<string, PsfPreset>;
