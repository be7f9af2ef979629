import type { Pupil, PupilModel } from './pupil.ts';
import { pupilFields } from './pupilIntensity.ts';

/**
 * Two cuts agree when no field at a corner of the grid differs by more than this part of the focus.
 */
const AGREEMENT = 3e-14;
/** Rounding of a phase of `span` rad may not look like a lack of rings. */
const ROUNDING = 1e-15;
const MOST_RINGS = 20_000;

/**
 * Rings enough for every place up to `radiusUm` from the axis and `zUm` from the focal plane.
 *
 * A Gauss–Legendre rule of N nodes integrates exp(iφ(θ)) with |dφ/dθ| ≤ ω to rounding once 2N > ω +
 * 6 ω^(1/3) + 20: the error falls like the Bessel function J_2N(ω) beyond its turning point. The
 * estimate is then checked against a finer cut at the corners, because an aberration may hide more
 * phase than the estimate knows.
 */
export function cutPupil(model: PupilModel, radiusUm: number, zUm: number): Pupil {
  const span = model.phaseSpan(radiusUm, zUm);
  let rings = Math.ceil(span / 2 + 3 * Math.cbrt(span) + 10);
  let pupil = model.cut(rings);
  for (;;) {
    const finer = model.cut(Math.ceil(rings * 1.2) + 4);
    if (cutsAgree(pupil, finer, radiusUm, zUm, AGREEMENT + ROUNDING * span)) return pupil;
    if (rings > MOST_RINGS) {
      throw new RangeError(
        `cutPupil: the diffraction integral must converge within ${MOST_RINGS} rings at r = ${radiusUm} µm, ` +
          `z = ${zUm} µm (check the voxel size and the thicknesses: lengths are in µm)`,
      );
    }
    rings = Math.ceil(rings * 1.5);
    pupil = model.cut(rings);
  }
}

function cutsAgree(
  coarse: Pupil,
  fine: Pupil,
  radiusUm: number,
  zUm: number,
  tolerance: number,
): boolean {
  return [0, radiusUm].every((r) =>
    [-zUm, 0, zUm].every((z) => {
      const a = pupilFields(coarse, r, z);
      const b = pupilFields(fine, r, z);
      return a.real.every(
        (value, m) => Math.hypot(value - b.real[m], a.imaginary[m] - b.imaginary[m]) <= tolerance,
      );
    }),
  );
}
