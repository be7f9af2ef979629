import { createPsf, normalizePsf } from '@blurcycle/psf';
import { describe, expect, it } from 'vitest';
import { createDatasetPsf, createUnaberratedPsf } from '../src/dataset/createDatasetPsf.ts';

const OPTICS = { numericalAperture: 1.2, immersionIndex: 1.33, emissionWavelengthUm: 0.52 };
const VOXELS = [0.25, 0.1, 0.1] as const;
const SIZE = [5, 7, 7] as const;

describe('createDatasetPsf(dataset)', () => {
  it.each([
    { modality: 'confocal', excitationWavelengthUm: 0.488, pinholeAiryUnits: 0.8 },
    { modality: 'spinning-disk', excitationWavelengthUm: 0.488 },
    { modality: 'two-photon', excitationWavelengthUm: 0.9 },
    { modality: 'light-sheet', sheetThicknessUm: 1.5 },
    { zernike: [0.2, 0.3] },
    { model: 'gibson-lanni-vectorial', sampleIndex: 1.38, sourceDepthUm: 4 },
  ] as const)('is the PSF of %j', (more) => {
    const psf = { model: 'born-wolf', ...OPTICS, ...more, size: SIZE } as const;
    const request = { model: 'born-wolf', ...OPTICS, ...more, shape: SIZE } as const;
    const expected = normalizePsf(createPsf({ ...request, voxelSizeUm: VOXELS }));
    expect(createDatasetPsf({ psf, voxelSizeUm: VOXELS })).toEqual(expected);
  });

  it('without aberrations has those optics alone', () => {
    const psf = { model: 'born-wolf', ...OPTICS, size: SIZE } as const;
    const plain = createDatasetPsf({ psf, voxelSizeUm: VOXELS });
    const aberrated = { psf: { ...psf, zernike: [0.4] }, voxelSizeUm: VOXELS };
    expect(createUnaberratedPsf(aberrated)).toEqual(plain);
    expect(createDatasetPsf(aberrated)).not.toEqual(plain);
  });
});
