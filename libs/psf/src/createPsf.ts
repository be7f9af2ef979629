import { assertRange, describeUnknown, InputError, PSF_MODELS, type Volume } from '@blurcycle/core';
import { bornWolfPsf, bornWolfPupil } from './bornWolfPsf.ts';
import { gaussianPsf, gaussianSigmaUm, type GaussianPsfOptions } from './gaussianPsf.ts';
import {
  gibsonLanniFocusUm,
  gibsonLanniPsf,
  gibsonLanniPupil,
  type GibsonLanniPsfOptions,
} from './gibsonLanniPsf.ts';
import { discretizePupil, intensityAt, type PupilModel } from './pupil.ts';
import type { PsfOptions } from './optics.ts';
import {
  richardsWolfPsf,
  richardsWolfPupil,
  type RichardsWolfPsfOptions,
} from './richardsWolfPsf.ts';

/** A model and what it needs. */
export type PsfRequest =
  | ({ readonly model: 'born-wolf' } & PsfOptions)
  | ({ readonly model: 'richards-wolf' | 'richards-wolf-psfgenerator' } & Omit<
      RichardsWolfPsfOptions,
      'variant'
    >)
  | ({ readonly model: 'gibson-lanni' } & GibsonLanniPsfOptions)
  | ({ readonly model: 'gaussian' } & GaussianPsfOptions);

/** No microscope has larger voxels, µm: they are nanometers, or an inch that a program wrote. */
const LARGEST_VOXEL_UM = 100;

/**
 * The point spread function of a named model, on its physical scale (see each model).
 *
 * @throws {RuleError} If the optics or the sampling cannot exist.
 */
export function createPsf(request: PsfRequest): Volume {
  assertRange(
    request.voxelSizeUm.every((side) => side > 0 && side <= LARGEST_VOXEL_UM),
    'createPsf',
    'voxelSizeUm',
    `be lengths in µm, above 0 and up to ${LARGEST_VOXEL_UM}`,
    request.voxelSizeUm,
    'no microscope has such voxels; a resolution of 72 dpi is a default of programs, not a size',
  );
  switch (request.model) {
    case 'born-wolf':
      return bornWolfPsf(request);
    case 'richards-wolf':
      return richardsWolfPsf(request);
    case 'richards-wolf-psfgenerator':
      return richardsWolfPsf({ ...request, variant: 'psfgenerator' });
    case 'gibson-lanni':
      return gibsonLanniPsf(request);
    case 'gaussian':
      return gaussianPsf(request);
    default:
      throw new InputError(
        describeUnknown('createPsf', 'model', (request as { model: string }).model, PSF_MODELS),
      );
  }
}

/**
 * Intensity at any point, in µm from the center of the PSF that `createPsf` makes of the same
 * request.
 */
export type PsfIntensity = (zUm: number, yUm: number, xUm: number) => number;

/**
 * The intensity of a model as a function of position, to full double precision, without pixels.
 *
 * @param extentUm - Largest |z| and lateral distance that will be evaluated; it determines the
 *   number of rings.
 */
export function psfIntensity(
  request: PsfRequest,
  extentUm: { readonly axial: number; readonly lateral: number },
): PsfIntensity {
  if (request.model === 'gaussian') {
    const [sigmaZ, sigmaY, sigmaX] = request.sigmaUm ?? gaussianSigmaUm(request);
    return (z, y, x) => Math.exp(-((z / sigmaZ) ** 2 + (y / sigmaY) ** 2 + (x / sigmaX) ** 2) / 2);
  }
  const center =
    request.model === 'gibson-lanni' ? (request.centerDepthUm ?? gibsonLanniFocusUm(request)) : 0;
  const pupil = discretizePupil(
    psfPupil(request),
    extentUm.lateral,
    extentUm.axial + Math.abs(center),
  );
  return (z, y, x) => intensityAt(pupil, center + z, y, x);
}

/** The pupil of a request. */
export function psfPupil(request: Exclude<PsfRequest, { model: 'gaussian' }>): PupilModel {
  switch (request.model) {
    case 'born-wolf':
      return bornWolfPupil(request);
    case 'richards-wolf':
      return richardsWolfPupil(request);
    case 'richards-wolf-psfgenerator':
      return richardsWolfPupil({ ...request, variant: 'psfgenerator' });
    case 'gibson-lanni':
      return gibsonLanniPupil(request);
  }
}
