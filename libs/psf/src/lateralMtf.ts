import { gaussLegendre } from './gaussLegendre.ts';
import { INTENSITY_WEIGHTS, type PupilModel } from './pupil.ts';

/**
 * How strongly a plane at defocus `zUm` transmits lateral detail, from the pupil itself: no window,
 * no pixels.
 *
 * OTF(s) = Σ_m w_m ∬ A_m(q₁) A_m(q₂) cos(m(φ₁ - φ₂)) cos(Φ(q₁) - Φ(q₂)) d²q over the lens where the
 * pupil meets itself shifted by 2πs; MTF = |OTF(s)/OTF(0)|.
 *
 * Half of the lens in polar coordinates about one pupil's centre, ρ from the chord to the rim, by
 * two Gauss–Legendre rules: the integrand is analytic there.
 *
 * @param model - The pupil; for `richards-wolf` the mean over polarizations.
 * @param frequenciesPerUm - Lateral frequencies in cycles/µm, ≥ 0.
 * @returns MTF at each frequency, 1 at 0 and 0 from 2 NA/λ on.
 */
export function lateralMtf(
  model: PupilModel,
  frequenciesPerUm: readonly number[],
  zUm = 0,
): number[] {
  const zero = overlap(model, 0, zUm);
  return frequenciesPerUm.map((frequency) =>
    Math.abs(overlap(model, 2 * Math.PI * frequency, zUm) / zero),
  );
}

function overlap(model: PupilModel, shift: number, zUm: number): number {
  const rim = model.lateralLimit;
  if (shift >= 2 * rim) return 0;
  const rule = gaussLegendre(Math.ceil(48 + model.phaseSpan(0, Math.abs(zUm))));
  const widest = Math.acos(shift / (2 * rim));
  let sum = 0;
  for (let b = 0; b < rule.nodes.length; b++) {
    const angle = (widest * (1 + rule.nodes[b])) / 2;
    const chord = shift / (2 * Math.cos(angle));
    for (let a = 0; a < rule.nodes.length; a++) {
      const radius = rim - ((rim - chord) * rule.distances[a]) / 2;
      const weight = rule.weights[a] * rule.weights[b] * (rim - chord) * radius;
      sum += weight * correlation(model, radius, angle, shift, zUm);
    }
  }
  return sum * widest;
}

/**
 * The integrand at (radius, angle) from one pupil's centre; the other's lies `shift` away along
 * angle 0.
 */
function correlation(
  model: PupilModel,
  radius: number,
  angle: number,
  shift: number,
  zUm: number,
): number {
  const along = radius * Math.cos(angle) - shift;
  const across = radius * Math.sin(angle);
  const other = Math.hypot(along, across);
  const here = model.at(radius);
  const there = model.at(other);
  const turn = angle - Math.atan2(across, along);
  let product = 0;
  here.amplitudes.forEach((amplitude, m) => {
    product += INTENSITY_WEIGHTS[m] * amplitude * there.amplitudes[m] * Math.cos(m * turn);
  });
  return product * Math.cos(here.phase - there.phase + (here.axial - there.axial) * zUm);
}
