import type { Volume } from '@blurcycle/core';
import type { PsfRequest } from './createPsf.ts';
import { samplingLimits, WAVELENGTH_RANGE_UM } from './optics.ts';
import { windowEnergy } from './windowEnergy.ts';

/** A problem of a PSF and its remedy. */
export interface PsfWarning {
  readonly code:
    | 'wavelength'
    | 'aperture'
    | 'lateral-sampling'
    | 'axial-sampling'
    | 'even-size'
    | 'energy-cut-off';
  /** `error`: no PSF can be computed; `warning`: it can, with this caveat. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** For `energy-cut-off`: the fraction of the light outside the window. */
  readonly fraction?: number;
}

/** No warning below this fraction of light outside the window. */
const TOLERATED_CUT_OFF = 0.05;

/**
 * Checks a request and, if given, the PSF computed from it.
 *
 * @param psf - Result of `createPsf` for the request, not normalized; without it, light outside the
 *   window is not checked.
 * @returns Errors alone if there are any, else warnings; empty if the PSF has no problem.
 */
export function psfWarnings(request: PsfRequest, psf?: Volume): PsfWarning[] {
  const errors = impossibleOptics(request);
  if (errors.length > 0) return errors;
  return [...samplingWarnings(request), ...(psf === undefined ? [] : cutOffWarning(request, psf))];
}

function impossibleOptics({
  numericalAperture,
  immersionIndex,
  emissionWavelengthUm,
}: PsfRequest): PsfWarning[] {
  const errors: PsfWarning[] = [];
  if (!(
    emissionWavelengthUm >= WAVELENGTH_RANGE_UM[0] && emissionWavelengthUm <= WAVELENGTH_RANGE_UM[1]
  )) {
    const nanometers = emissionWavelengthUm >= 200 && emissionWavelengthUm <= 2000;
    const remedy = nanometers
      ? `write ${emissionWavelengthUm / 1000} if these are nanometers`
      : 'give micrometers';
    const message = `emission wavelength ${emissionWavelengthUm} µm is outside 0.2 to 2 µm: ${remedy}`;
    errors.push({ code: 'wavelength', severity: 'error', message });
  }
  if (!(numericalAperture < immersionIndex)) {
    const message =
      `numerical aperture ${numericalAperture} is not below the immersion index ${immersionIndex}: ` +
      'check the immersion medium (air 1, water 1.33, oil 1.515)';
    errors.push({ code: 'aperture', severity: 'error', message });
  }
  return errors;
}

function samplingWarnings(request: PsfRequest): PsfWarning[] {
  const warnings: PsfWarning[] = [];
  const limits = samplingLimits(request);
  const [dz, dy, dx] = request.voxelSizeUm;
  const pixel = Math.max(dy, dx);
  if (pixel > limits.lateralUm) {
    const message =
      `pixel ${micrometers(pixel)} is above the Nyquist limit λ/(4 NA) = ${micrometers(limits.lateralUm)}: ` +
      'the finest details are lost (use smaller pixels, or pixel integration to model the camera)';
    warnings.push({ code: 'lateral-sampling', severity: 'warning', message });
  }
  if (request.shape[0] > 1 && dz > limits.axialUm) {
    const message =
      `plane distance ${micrometers(dz)} is above the Nyquist limit λ/(2 n (1 - cos α)) = ` +
      `${micrometers(limits.axialUm)}: take planes closer together`;
    warnings.push({ code: 'axial-sampling', severity: 'warning', message });
  }
  if (request.shape.some((side) => side % 2 === 0)) {
    const odd = request.shape.map((side) => side + 1 - (side % 2));
    const message =
      `size ${request.shape.join(',')} has an even side, so no voxel is the center and a blur shifts the image by half ` +
      `a voxel: use ${odd.join(',')}`;
    warnings.push({ code: 'even-size', severity: 'warning', message });
  }
  return warnings;
}

function cutOffWarning(request: PsfRequest, psf: Volume): PsfWarning[] {
  const energy = windowEnergy(request, psf);
  if (energy === null) return [];
  const fraction = 1 - energy.fraction;
  if (fraction < TOLERATED_CUT_OFF) return [];
  const poorest = percent(1 - energy.poorestPlane);
  const message =
    `the window cuts off ${percent(fraction)} of the light of its planes (${poorest} of the poorest plane): ` +
    'a larger window keeps more; normalizing the sum hides the rest';
  return [{ code: 'energy-cut-off', severity: 'warning', message, fraction }];
}

function micrometers(length: number): string {
  return `${Number(length.toPrecision(3))} µm`;
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(2))} %`;
}
