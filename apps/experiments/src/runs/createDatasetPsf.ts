import type { Volume } from '@blurcycle/core';
import type { DatasetSettings } from '@blurcycle/experiment';
import { createPsf, normalizePsf } from '@blurcycle/psf';

/** The unit-sum point spread function that the settings of a data set name. */
export function createDatasetPsf({ psf, voxelSizeUm }: Pick<DatasetSettings, 'psf' | 'voxelSizeUm'>): Volume {
  const { size, ...optics } = psf;
  return normalizePsf(createPsf({ ...optics, voxelSizeUm, shape: size }));
}
