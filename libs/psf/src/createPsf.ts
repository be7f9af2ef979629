import { assertRange, describeUnknown, InputError, PSF_MODELS, type Volume } from '@blurcycle/core';
import { aberratedLines, aberratedPsf, type ZernikeCoefficients } from './aberratedPsf.ts';
import { bornWolfPsf, bornWolfPupil } from './bornWolfPsf.ts';
import { gaussianPsf, gaussianSigmaUm, type GaussianPsfOptions } from './gaussianPsf.ts';
import {
  gibsonLanniFocusUm,
  gibsonLanniPsf,
  gibsonLanniPupil,
  type GibsonLanniPsfOptions,
} from './gibsonLanniPsf.ts';
import { gibsonLanniVectorialPupil, type VectorialLayers } from './gibsonLanniVectorialPsf.ts';
import { assertModality, modalityLight, type ModalityOptions } from './modality.ts';
import { discretizePupil, intensityAt, type PupilModel } from './pupil.ts';
import type { PsfOptions } from './optics.ts';
import {
  type IntensityModel,
  pupilLight,
  rasterizeLight,
  rasterizePupil,
} from './rasterizePupil.ts';
import {
  richardsWolfPsf,
  richardsWolfPupil,
  type RichardsWolfPsfOptions,
} from './richardsWolfPsf.ts';

/** What any model takes besides its optics. */
interface SharedOptions extends ModalityOptions {
  /**
   * Aberrations in rad RMS, Noll's indices 5, 6, 7, …, for widefield; piston, tip, tilt and defocus
   * are left out.
   *
   * @defaultValue none
   */
  readonly zernike?: ZernikeCoefficients;
}

/** A model and what it needs. */
export type PsfRequest = SharedOptions &
  (
    | ({ readonly model: 'born-wolf' } & PsfOptions)
    | ({ readonly model: 'richards-wolf' | 'richards-wolf-psfgenerator' } & Omit<
        RichardsWolfPsfOptions,
        'variant'
      >)
    | ({ readonly model: 'gibson-lanni' } & GibsonLanniPsfOptions)
    | ({ readonly model: 'gibson-lanni-vectorial' } & GibsonLanniPsfOptions & VectorialLayers)
    | ({ readonly model: 'gaussian' } & GaussianPsfOptions)
  );

/** A request for a diffraction integral. */
type PupilRequest = Exclude<PsfRequest, { model: 'gaussian' }>;

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
  assertModality(request, request.model === 'gaussian');
  const special = isSpecial(request);
  if (request.model === 'gaussian' || !special) return widefieldPsf(request);
  const centerUm = focusUm(request);
  if (isAberrated(request))
    return aberratedPsf(psfPupil(request), request.zernike ?? [], request, centerUm);
  return rasterizeLight(requestLight(request, centerUm), request, centerUm);
}

/** Whether a request is for more than the unaberrated pupil of its model, in widefield. */
export function isSpecial(request: PsfRequest): boolean {
  return (request.modality ?? 'widefield') !== 'widefield' || isAberrated(request);
}

/**
 * Whether a request has Zernike aberrations.
 *
 * @throws {RuleError} If its model or modality does not take them.
 */
function isAberrated({ zernike = [], model, modality = 'widefield' }: PsfRequest): boolean {
  if (zernike.every((coefficient) => coefficient === 0)) return false;
  const known = model !== 'gaussian' && model !== 'richards-wolf-psfgenerator';
  const remedy = known ? `modality ${modality}` : `model ${model}`;
  assertRange(
    known && modality === 'widefield',
    'createPsf',
    'zernike',
    'go with a diffraction model in widefield',
    remedy,
  );
  return true;
}

function widefieldPsf(request: PsfRequest): Volume {
  switch (request.model) {
    case 'born-wolf':
      return bornWolfPsf(request);
    case 'richards-wolf':
      return richardsWolfPsf(request);
    case 'richards-wolf-psfgenerator':
      return richardsWolfPsf({ ...request, variant: 'psfgenerator' });
    case 'gibson-lanni':
      return gibsonLanniPsf(request);
    case 'gibson-lanni-vectorial':
      return rasterizePupil(psfPupil(request), request, focusUm(request));
    case 'gaussian':
      return gaussianPsf(request);
    default:
      throw new InputError(
        describeUnknown('createPsf', 'model', (request as { model: string }).model, PSF_MODELS),
      );
  }
}

/**
 * Nominal focus depth in µm of the central plane: the brightest for models with layers, unless
 * another is asked for.
 */
export function focusUm(request: PsfRequest): number {
  if (request.model !== 'gibson-lanni' && request.model !== 'gibson-lanni-vectorial') return 0;
  return request.centerDepthUm ?? gibsonLanniFocusUm(request, psfPupil(request));
}

/** The light of a modality; emission is unpolarized, whatever the polarization of the laser. */
function requestLight(request: PupilRequest, centerUm: number): IntensityModel {
  const { excitationWavelengthUm } = request;
  if (excitationWavelengthUm === undefined)
    return modalityLight(request, request, {
      emission: pupilLight(psfPupil(request)),
      excitation: null,
      centerUm,
    });
  const emission: PupilRequest =
    'polarization' in request ? { ...request, polarization: 'unpolarized' } : request;
  const laser = { ...request, emissionWavelengthUm: excitationWavelengthUm };
  return modalityLight(request, request, {
    emission: pupilLight(psfPupil(emission)),
    excitation: pupilLight(psfPupil(laser)),
    centerUm,
  });
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
  const center = focusUm(request);
  const axial = extentUm.axial + Math.abs(center);
  if (isSpecial(request)) return specialIntensity(request, center, { ...extentUm, axial });
  const pupil = discretizePupil(psfPupil(request), extentUm.lateral, axial);
  return (z, y, x) => intensityAt(pupil, center + z, y, x);
}

/** Prepares anew for each z; calls with the z of the last one cost little. */
function specialIntensity(
  request: PupilRequest,
  center: number,
  extentUm: { readonly axial: number; readonly lateral: number },
): PsfIntensity {
  const at = (z: number): Float64Array => new Float64Array([center + z]);
  if (isAberrated(request)) {
    const linesAt = aberratedLines(psfPupil(request), request.zernike ?? [], extentUm);
    const lines = latest((z: number) => linesAt(at(z)));
    return (z, y, x) => lines(z)(y, x)[0];
  }
  const light = requestLight(request, center);
  const profilerAt = light.prepare(extentUm.lateral, extentUm.axial);
  const profilers = latest((z: number) => profilerAt(at(z)));
  return (z, y, x) => {
    const profiler = profilers(z);
    const square = x * x + y * y;
    profiler.profile(Math.sqrt(square));
    const angular = square === 0 ? 0 : (profiler.angular[0] * (x * x - y * y)) / square;
    return profiler.mean[0] + light.anisotropy * angular;
  };
}

/** Remembers the last value of a function. */
function latest<T>(make: (z: number) => T): (z: number) => T {
  let last: { readonly z: number; readonly value: T } | undefined;
  return (z) => {
    if (last === undefined || last.z !== z) last = { z, value: make(z) };
    return last.value;
  };
}

/** The pupil of a request. */
export function psfPupil(request: PupilRequest): PupilModel {
  switch (request.model) {
    case 'born-wolf':
      return bornWolfPupil(request);
    case 'richards-wolf':
      return richardsWolfPupil(request);
    case 'richards-wolf-psfgenerator':
      return richardsWolfPupil({ ...request, variant: 'psfgenerator' });
    case 'gibson-lanni':
      return gibsonLanniPupil(request);
    case 'gibson-lanni-vectorial':
      return gibsonLanniVectorialPupil(request);
  }
}
