import type { Volume } from '@blurcycle/core';
import type { DatasetSettings } from '@blurcycle/experiment';
import { createPsf, normalizePsf, type PsfRequest } from '@blurcycle/psf';

type Optics = Pick<DatasetSettings, 'psf' | 'voxelSizeUm'>;

/** The unit-sum point spread function that the settings of a data set name. */
export function createDatasetPsf({ psf, voxelSizeUm }: Optics): Volume {
  const { size, model, sampleIndex, sourceDepthUm, ...optics } = psf;
  const sampling = { ...optics, voxelSizeUm, shape: size };
  const layers = {
    ...(sampleIndex === undefined ? {} : { sampleIndex }),
    ...(sourceDepthUm === undefined ? {} : { sourceDepthUm }),
  };
  const request: PsfRequest =
    model === 'gibson-lanni' || model === 'gibson-lanni-vectorial'
      ? { model, ...sampling, ...layers }
      : { model, ...sampling };
  return normalizePsf(createPsf(request));
}

/** The same optics without aberrations: what a user knows of a microscope. */
export function createUnaberratedPsf({ psf, voxelSizeUm }: Optics): Volume {
  const round = { sampleIndex: undefined, sourceDepthUm: undefined, zernike: [] };
  return createDatasetPsf({ psf: { ...psf, ...round }, voxelSizeUm });
}
