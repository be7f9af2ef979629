import type { Pupil, PupilModel } from './pupil.ts';
import { pupilIntensity } from './pupilIntensity.ts';

/** Two cuts agree when no corner of the grid differs by more than this part of the focus. */
const AGREEMENT = 1e-13;
const MOST_RINGS = 20_000;

/**
 * Rings enough for every place up to `radiusUm` from the axis and `zUm` from the focal plane.
 *
 * A Gauss–Legendre rule of N nodes integrates exp(iφ(θ)) with |dφ/dθ| ≤ ω to rounding once
 * 2N > ω + 11 ω^(1/3) + 24: the error falls like the Bessel function J_2N(ω) beyond its turning point. The estimate is
 * then checked against a finer cut at the corners, because an aberration may hide more phase than the estimate knows.
 */
export function cutPupil(model: PupilModel, radiusUm: number, zUm: number): Pupil {
  const span = model.phaseSpan(radiusUm, zUm);
  let rings = Math.ceil(span / 2 + 5.5 * Math.cbrt(span) + 12);
  let pupil = model.cut(rings);
  for (;;) {
    const finer = model.cut(Math.ceil(rings * 1.2) + 4);
    if (cutsAgree(pupil, finer, radiusUm, zUm)) return pupil;
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

function cutsAgree(coarse: Pupil, fine: Pupil, radiusUm: number, zUm: number): boolean {
  return [0, radiusUm].every((r) =>
    [-zUm, 0, zUm].every((z) => {
      const a = pupilIntensity(coarse, r, z);
      const b = pupilIntensity(fine, r, z);
      return Math.abs(a.mean - b.mean) <= AGREEMENT && Math.abs(a.angular - b.angular) <= AGREEMENT;
    }),
  );
}
