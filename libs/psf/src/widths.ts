import { psfIntensity, type PsfIntensity, type PsfRequest } from './createPsf.ts';
import { samplingLimits } from './optics.ts';

/**
 * Half-maximum points of a diffraction model lie within this many Nyquist steps of the focus,
 * strong aberration included.
 */
const REACH_STEPS = 20;

/**
 * Full widths at half maximum along z, y and x in µm through the focus, of the optics, not of the
 * voxels.
 *
 * @param intensity - `psfIntensity` of the request, if it exists already.
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

/** Largest distance from the focus at which the widths, or the window, need intensities. */
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

/**
 * Full width at half maximum of a curve about its maximum.
 *
 * Walks outward on both sides in steps of `step` until the curve falls below half of its value at
 * `center`, then bisects to full precision.
 *
 * @param curve - Any continuous function.
 * @param center - Where the curve has its maximum.
 * @param step - A length within which the curve does not cross its half twice.
 * @returns The width in the unit of `center`; NaN when a side stays above half over 10,000 steps.
 */
export function fwhm(curve: (position: number) => number, center: number, step: number): number {
  const half = curve(center) / 2;
  return (
    halfWidth((distance) => curve(center + distance) - half, step) +
    halfWidth((distance) => curve(center - distance) - half, step)
  );
}

function halfWidth(excess: (distance: number) => number, step: number): number {
  let inside = 0;
  let outside = step;
  for (let count = 0; excess(outside) > 0; count++) {
    if (count > 10_000) return NaN;
    inside = outside;
    outside += step;
  }
  for (let count = 0; count < 60; count++) {
    const middle = (inside + outside) / 2;
    if (excess(middle) > 0) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}
