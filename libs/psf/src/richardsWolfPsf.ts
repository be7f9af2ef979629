import type { Apodization, Polarization, Volume } from '@blurcycle/core';
import { gaussLegendre } from './gaussLegendre.ts';
import { assertOptics, vacuumWaveNumber, type Optics, type PsfOptions } from './optics.ts';
import type { PupilModel } from './pupil.ts';
import { rasterizePupil } from './rasterizePupil.ts';

/** Options of the vectorial model besides `Optics`. */
export interface VectorialOptics extends Optics {
  /**
   * Polarization of the focused light; `unpolarized` and `circular` give the same, round intensity.
   *
   * @defaultValue 'unpolarized'
   */
  readonly polarization?: Polarization;
  /**
   * How the objective weights the rays at angle θ: `aplanatic` √cos θ (sine condition, conserves
   * energy, the usual one), `uniform` 1 (Herschel condition), `emission` 1/√cos θ (a point source
   * seen through the objective).
   *
   * @defaultValue 'aplanatic'
   */
  readonly apodization?: Apodization;
  /**
   * `psfgenerator` reproduces EPFL's PSF Generator, which computes J2(x) as 2 J1(x)/x + J0(x), and
   * as 0 at x = 0.
   *
   * @defaultValue 'standard'
   */
  readonly variant?: 'standard' | 'psfgenerator';
}

export interface RichardsWolfPsfOptions extends VectorialOptics, PsfOptions {}

/** Sign of the cos 2φ part of the intensity. */
export const ANISOTROPY = { unpolarized: 0, x: 1, y: -1, circular: 0 } as const satisfies Record<
  Polarization,
  number
>;

/** cos^p θ of each apodization. */
export const APODIZATION_POWER = {
  aplanatic: 1 / 2,
  uniform: 0,
  emission: -1 / 2,
} as const satisfies Record<Apodization, number>;

/**
 * The pupil of the Richards & Wolf model: vectorial, aplanatic, no aberration.
 *
 * The integrals run over u = √cos θ: √cos θ sin θ dθ = -2u² du, and J_m(k r sin θ) sin^m θ is
 * entire in sin² θ = 1 - u⁴, so the integrand is entire in u for every apodization and up to θ =
 * 90°.
 */
export function richardsWolfPupil(optics: VectorialOptics): PupilModel {
  assertOptics('richardsWolfPsf', optics);
  const { polarization = 'unpolarized', apodization = 'aplanatic', variant = 'standard' } = optics;
  const k = vacuumWaveNumber(optics) * optics.immersionIndex;
  const sineSquare = (optics.numericalAperture / optics.immersionIndex) ** 2;
  const cosine = Math.sqrt(1 - sineSquare);
  // 1 - cos α and 1 - √cos α without cancellation: the model must hold down to low apertures.
  const versine = sineSquare / (1 + cosine);
  const length = versine / (1 + Math.sqrt(cosine));
  const power = 2 * APODIZATION_POWER[apodization] + 1;
  return {
    discretize(rings) {
      const rule = gaussLegendre(rings);
      const lateral = new Float64Array(rings);
      const axial = new Float64Array(rings);
      const amplitudes = [
        new Float64Array(rings),
        new Float64Array(rings),
        new Float64Array(rings),
      ] as const;
      let focus = 0;
      for (let j = 0; j < rings; j++) {
        const below = (length * rule.distances[j]) / 2;
        const u = 1 - below;
        const c = u * u;
        const oneMinusC = below * (1 + u);
        const s = Math.sqrt(oneMinusC * (1 + c));
        const weight = rule.weights[j] * u ** power;
        lateral[j] = k * s;
        axial[j] = -k * oneMinusC;
        amplitudes[0][j] = weight * (1 + c);
        amplitudes[1][j] = weight * s;
        amplitudes[2][j] = weight * oneMinusC;
        focus += amplitudes[0][j];
      }
      for (const row of amplitudes) for (let j = 0; j < rings; j++) row[j] /= focus;
      return {
        lateral,
        axial,
        phase: null,
        amplitudes,
        anisotropy: ANISOTROPY[polarization],
        secondOrder: variant,
        planeEnergyUm2:
          variant === 'standard'
            ? (8 * Math.PI * pupilIntegral(apodization, cosine, versine)) /
              (k * length * focus) ** 2
            : null,
      };
    },
    at(lateral) {
      const s = lateral / k;
      const c = Math.sqrt((1 - s) * (1 + s));
      // sin θ dθ = q dq / (k² cos θ)
      const weight = c ** (APODIZATION_POWER[apodization] - 1);
      const oneMinusC = (s * s) / (1 + c);
      return {
        amplitudes: [weight * (1 + c), weight * s, weight * oneMinusC],
        axial: -k * oneMinusC,
        phase: 0,
      };
    },
    lateralLimit: k * Math.sqrt(sineSquare),
    // √(1 - u⁴) changes fastest with θ at the rim of u = 1, by √length; u² by at most `length`.
    phaseSpan: (radiusUm, zUm) => k * (Math.sqrt(length) * radiusUm + length * zUm),
  };
}

/** ∫ A(θ)² sin θ / cos θ dθ: the light through one plane, by Parseval's theorem. */
function pupilIntegral(apodization: Apodization, cosine: number, versine: number): number {
  switch (apodization) {
    case 'aplanatic':
      return versine;
    case 'uniform':
      return -Math.log1p(-versine);
    case 'emission':
      return versine / cosine;
  }
}

/**
 * The wide-field point spread function of Richards & Wolf: the electric energy near the focus of a
 * wide cone of light.
 *
 * I = (|I0|² + 2|I1|² + |I2|²) / I0(0)², I_m = ∫₀^α A(θ) sin θ w_m(θ) J_m(k r sin θ) exp(i k z cos
 * θ) dθ with w = 1 + cos θ, sin θ, 1 - cos θ and k = 2πn/λ. Light polarized along x adds cos 2φ (2
 * Re(I0 I2*) + 2|I1|²).
 *
 * Shapes: result `shape`, the focus in its center. Every distinct radius is integrated, none is
 * interpolated.
 * Cost: 3 × (distinct radii) × (planes / 2) × (rings) operations.
 * Source: Richards & Wolf, Proc. R. Soc. A 253, 358 (1959).
 *
 * @param options - Optics, polarization, apodization, sampling.
 * @returns Intensity relative to the focus; normalize it with `normalizePsf` before blurring
 *   with it.
 * @throws {RuleError} If the optics or the sampling cannot exist.
 */
export function richardsWolfPsf(options: RichardsWolfPsfOptions): Volume {
  return rasterizePupil(richardsWolfPupil(options), options);
}
