import type { Shape3 } from '@blurcycle/core';
import { createPsf, normalizePsf, psfIntensity, type PsfRequest } from '@blurcycle/psf';
import { VOXEL_SIZE_UM } from '../inputs.ts';
import { portable, type GoldenCases } from './goldenCase.ts';

const SHAPE: Shape3 = [5, 7, 7];
const OPTICS = {
  numericalAperture: 1.4,
  immersionIndex: 1.515,
  emissionWavelengthUm: 0.61,
  voxelSizeUm: VOXEL_SIZE_UM,
  shape: SHAPE,
} as const;

const LAYERS = {
  sampleIndex: 1.38,
  sourceDepthUm: 4,
  coverslipIndex: 1.52,
  coverslipThicknessUm: 168,
  immersionIndexDesign: 1.51,
  workingDistanceUm: 140,
} as const;

const REQUESTS: Readonly<Record<string, PsfRequest>> = {
  'born-wolf': { model: 'born-wolf', ...OPTICS },
  'born-wolf-even': { model: 'born-wolf', ...OPTICS, shape: [4, 6, 8] },
  'richards-wolf': { model: 'richards-wolf', ...OPTICS },
  'richards-wolf-x': { model: 'richards-wolf', ...OPTICS, polarization: 'x' },
  'richards-wolf-y': { model: 'richards-wolf', ...OPTICS, polarization: 'y' },
  'richards-wolf-circular': { model: 'richards-wolf', ...OPTICS, polarization: 'circular' },
  'richards-wolf-uniform': { model: 'richards-wolf', ...OPTICS, apodization: 'uniform' },
  'richards-wolf-emission': { model: 'richards-wolf', ...OPTICS, apodization: 'emission' },
  'richards-wolf-psfgenerator': { model: 'richards-wolf-psfgenerator', ...OPTICS },
  'gibson-lanni-matched': { model: 'gibson-lanni', ...OPTICS },
  'gibson-lanni-layers': { model: 'gibson-lanni', ...OPTICS, ...LAYERS },
  'gibson-lanni-center': { model: 'gibson-lanni', ...OPTICS, ...LAYERS, centerDepthUm: 3 },
  'gibson-lanni-low-index': {
    model: 'gibson-lanni',
    ...OPTICS,
    sampleIndex: 1.33,
    sourceDepthUm: 2,
  },
  gaussian: { model: 'gaussian', ...OPTICS },
  'gibson-lanni-vectorial': { model: 'gibson-lanni-vectorial', ...OPTICS, ...LAYERS },
  'gibson-lanni-vectorial-x': {
    model: 'gibson-lanni-vectorial',
    ...OPTICS,
    ...LAYERS,
    polarization: 'x',
    apodization: 'emission',
  },
  confocal: {
    model: 'richards-wolf',
    ...OPTICS,
    modality: 'confocal',
    excitationWavelengthUm: 0.56,
    polarization: 'x',
  },
  'confocal-layers': {
    model: 'gibson-lanni',
    ...OPTICS,
    ...LAYERS,
    modality: 'confocal',
    excitationWavelengthUm: 0.56,
    pinholeAiryUnits: 0.5,
  },
  'spinning-disk': {
    model: 'born-wolf',
    ...OPTICS,
    modality: 'spinning-disk',
    excitationWavelengthUm: 0.56,
  },
  'two-photon': {
    model: 'born-wolf',
    ...OPTICS,
    modality: 'two-photon',
    excitationWavelengthUm: 0.9,
  },
  'light-sheet': { model: 'born-wolf', ...OPTICS, modality: 'light-sheet', sheetThicknessUm: 1.5 },
  'zernike-scalar': { model: 'born-wolf', ...OPTICS, zernike: [0.3, -0.2, 0.1] },
  'zernike-vectorial': { model: 'richards-wolf', ...OPTICS, zernike: [0, 0.4] },
  'gaussian-sigma': { model: 'gaussian', ...OPTICS, sigmaUm: [0.4, 0.12, 0.15] },
};

const MODELS = ['born-wolf', 'richards-wolf-x', 'gibson-lanni-layers', 'gaussian'] as const;

/** Every model of a point spread function with its options. */
export const PSF_CASES: GoldenCases = {
  ...Object.fromEntries(
    Object.entries(REQUESTS).map(([name, request]) => [
      `psf/${name}`,
      portable(() => createPsf(request).data),
    ]),
  ),
  ...Object.fromEntries(
    MODELS.flatMap((name) =>
      (['lateral', 'axial', 'both'] as const).map((pixelIntegration) => [
        `psf/${name}-${pixelIntegration}-integration`,
        portable(() => createPsf({ ...REQUESTS[name], pixelIntegration }).data),
      ]),
    ),
  ),
  'psf/normalized': portable(() => normalizePsf(createPsf(REQUESTS['born-wolf'])).data),
  'psf/intensity': portable(() =>
    MODELS.map((name) => {
      const intensity = psfIntensity(REQUESTS[name], { axial: 1, lateral: 1 });
      return [
        intensity(0, 0, 0),
        intensity(0.3, 0, 0),
        intensity(-0.7, 0.2, 0.4),
        intensity(0.1, 0.5, -0.3),
      ];
    }),
  ),
};
