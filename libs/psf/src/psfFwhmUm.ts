import { psfIntensity, type PsfIntensity, type PsfRequest } from './createPsf.ts';
import { fwhm } from './fwhm.ts';
import { samplingLimits } from './samplingLimits.ts';

/**
 * Half-maximum points of a diffraction model lie within this many Nyquist steps of the focus,
 * strong aberration included.
 */
const REACH_STEPS = 20;

/**
 * Full widths at half maximum along z, y and x in µm through the focus: of the optics, not of the
 * voxels.
 *
 * @param intensity - The request's `psfIntensity`, if it is at hand.
 */
export function psfFwhmUm(
  request: PsfRequest,
  intensity: PsfIntensity = psfIntensity(request, psfReachUm(request)),
): Readonly<Record<'z' | 'y' | 'x', number>> {
  const { axialUm, lateralUm } = samplingLimits(request);
  return {
    z: fwhm((t) => intensity(t, 0, 0), 0, axialUm / 8),
    y: fwhm((t) => intensity(0, t, 0), 0, lateralUm / 8),
    x: fwhm((t) => intensity(0, 0, t), 0, lateralUm / 8),
  };
}

/** How far from the focus the widths, and a window of the request, may ask for intensities. */
export function psfReachUm(request: PsfRequest): {
  readonly axial: number;
  readonly lateral: number;
} {
  const { axialUm, lateralUm } = samplingLimits(request);
  const half = request.shape.map((side, axis) => (side / 2) * request.voxelSizeUm[axis]);
  return {
    axial: half[0] + REACH_STEPS * axialUm,
    lateral: Math.hypot(half[1], half[2]) + REACH_STEPS * lateralUm,
  };
}
