import { assertUnreachable, type Volume } from '@blurcycle/core';
import type { DatasetSettings } from '@blurcycle/experiment';
import {
  bornWolfPsf,
  gaussianPsf,
  gibsonLanniPsf,
  normalizePsf,
  richardsWolfPsf,
  type PsfOptions,
} from '@blurcycle/psf';

/** The unit-sum point spread function that the settings of a data set name. */
export function createPsf({ psf, voxelSizeUm }: Pick<DatasetSettings, 'psf' | 'voxelSizeUm'>): Volume {
  const { model, size, numericalAperture, immersionIndex, emissionWavelengthUm } = psf;
  const options = { numericalAperture, immersionIndex, emissionWavelengthUm, voxelSizeUm, shape: size };
  return normalizePsf(evaluate(model, options));
}

function evaluate(model: DatasetSettings['psf']['model'], options: PsfOptions): Volume {
  switch (model) {
    case 'born-wolf':
      return bornWolfPsf(options);
    case 'richards-wolf':
      return richardsWolfPsf(options);
    case 'richards-wolf-psfgenerator':
      return richardsWolfPsf({ ...options, variant: 'psfgenerator' });
    case 'gibson-lanni':
      return gibsonLanniPsf(options);
    case 'gaussian':
      return gaussianPsf(options);
    default:
      return assertUnreachable(model);
  }
}
