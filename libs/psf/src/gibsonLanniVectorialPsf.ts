import {
  gibsonLanniLayers,
  opticalPathUm,
  pathDrop,
  sampleDecay,
  type GibsonLanniOptics,
} from './gibsonLanniLayers.ts';
import { isMatched, layeredRays, pathVariationUm } from './gibsonLanniPsf.ts';
import { vacuumWaveNumber } from './optics.ts';
import type { PupilModel } from './pupil.ts';
import { ANISOTROPY, APODIZATION_POWER, type VectorialOptics } from './richardsWolfPsf.ts';

/** Layers and polarization. */
export type VectorialLayers = GibsonLanniOptics & Omit<VectorialOptics, 'variant'>;

/**
 * The pupil of Richards & Wolf with the aberration of Gibson & Lanni's layers.
 *
 * I_m = ∫₀^α A(θ) sin θ w_m(θ) J_m(k r sin θ) exp(i k₀ (W(n sin θ) - z (n cos θ - n))) dθ, w = 1 +
 * cos θ, sin θ, 1 - cos θ; θ is the angle in the immersion medium, W the path of `opticalPathUm`.
 * With layers as designed it is Richards & Wolf's, at low apertures Gibson & Lanni's.
 *
 * Angles and Fresnel losses in the sample are not followed: those need the integrals of Török &
 * Varga. Reflection at the cover glass changes amplitudes by a few percent below the critical
 * angle.
 *
 * Source: Richards & Wolf (1959) doi:10.1098/rspa.1959.0200; Gibson & Lanni (1992)
 * doi:10.1364/JOSAA.9.000154; Török & Varga (1997) doi:10.1364/AO.36.002305.
 */
export function gibsonLanniVectorialPupil(optics: VectorialLayers): PupilModel {
  const layers = gibsonLanniLayers(optics);
  const { polarization = 'unpolarized', apodization = 'aplanatic' } = optics;
  const { numericalAperture: na, immersionIndex: index, sourceDepthUm } = layers;
  const waveNumber = vacuumWaveNumber(optics);
  const aberrated = !isMatched(layers);
  // sin θ dθ = q dq / (n² cos θ)
  const power = APODIZATION_POWER[apodization] - 1;
  const decayAt = (q: number): number =>
    sourceDepthUm > 0 ? sampleDecay(layers, q, waveNumber) : 1;
  /** Amplitudes of the three orders of a ray, without the decay of evanescent ones. */
  const orders = (q: number): readonly [number, number, number] => {
    const sine = q / index;
    const cosine = Math.sqrt((1 - sine) * (1 + sine));
    const weight = cosine ** power;
    return [weight * (1 + cosine), weight * sine, (weight * sine * sine) / (1 + cosine)];
  };
  return {
    discretize(rings) {
      const { q, weights } = layeredRays(layers, rings);
      const amplitudes = [0, 1, 2].map(() => new Float64Array(q.length));
      let focus = 0;
      let energy = 0;
      q.forEach((value, j) => {
        const decay = decayAt(value);
        const ray = orders(value);
        focus += weights[j] * ray[0];
        // (1 + c)² + 2 s² + (1 - c)² = 4
        const sine = value / index;
        energy += weights[j] * decay ** 2 * 4 * (1 - sine * sine) ** power;
        ray.forEach((amplitude, m) => (amplitudes[m][j] = weights[j] * decay * amplitude));
      });
      for (const row of amplitudes) for (let j = 0; j < row.length; j++) row[j] /= focus;
      return {
        lateral: Float64Array.from(q, (value) => waveNumber * value),
        axial: Float64Array.from(q, (value) => -waveNumber * pathDrop(index, value)),
        phase: aberrated
          ? Float64Array.from(q, (value) => waveNumber * opticalPathUm(layers, value))
          : null,
        amplitudes,
        anisotropy: ANISOTROPY[polarization],
        secondOrder: 'standard',
        planeEnergyUm2: (4 * Math.PI * energy) / (waveNumber * na * focus) ** 2,
      };
    },
    at(lateral) {
      const q = lateral / waveNumber;
      const decay = decayAt(q);
      return {
        amplitudes: orders(q).map((amplitude) => decay * amplitude),
        axial: -waveNumber * pathDrop(index, q),
        phase: waveNumber * opticalPathUm(layers, q),
      };
    },
    lateralLimit: waveNumber * na,
    phaseSpan(radiusUm, zUm) {
      const axialRange = -pathDrop(index, na);
      return waveNumber * (na * radiusUm * 0.75 + axialRange * zUm + pathVariationUm(layers));
    },
  };
}
