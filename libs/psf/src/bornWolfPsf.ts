import type { Volume } from '@blurcycle/core';
import { gaussLegendre } from './gaussLegendre.ts';
import { assertOptics, vacuumWaveNumber, type Optics, type PsfOptions } from './optics.ts';
import type { PupilModel } from './pupil.ts';
import { rasterizePupil } from './rasterizePupil.ts';

/**
 * The pupil of the Born & Wolf model: scalar, paraxial, no aberration.
 *
 * With t = ρ² the integral of eq. (23) is ∫₀¹ J0(k NA r √t) exp(-i k NA² z t / (2 n)) dt, whose
 * integrand is entire in t, so a Gauss–Legendre rule converges faster than any power.
 */
export function bornWolfPupil(optics: Optics): PupilModel {
  assertOptics('bornWolfPsf', optics);
  const lateralLimit = vacuumWaveNumber(optics) * optics.numericalAperture;
  const axialLimit = (lateralLimit * optics.numericalAperture) / (2 * optics.immersionIndex);
  return {
    discretize(rings) {
      const rule = gaussLegendre(rings);
      const t = rule.nodes.map((x) => (1 + x) / 2);
      return {
        lateral: t.map((value) => lateralLimit * Math.sqrt(value)),
        axial: t.map((value) => -axialLimit * value),
        phase: null,
        amplitudes: [rule.weights.map((weight) => weight / 2)],
        anisotropy: 0,
        secondOrder: 'standard',
        planeEnergyUm2: (4 * Math.PI) / lateralLimit ** 2,
      };
    },
    at: (lateral) => ({
      amplitudes: [1],
      axial: -axialLimit * (lateral / lateralLimit) ** 2,
      phase: 0,
    }),
    lateralLimit,
    // √t = sin(θ/2) and t = (1 - cos θ)/2: half of each limit.
    phaseSpan: (radiusUm, zUm) => (lateralLimit * radiusUm + axialLimit * zUm) / 2,
  };
}

/**
 * The wide-field point spread function of Born & Wolf, the model of the paper's simulation.
 *
 * h(r, z) = |∫₀¹ 2 J0(k NA r ρ) exp(-(i/2) k ρ² z NA²/n) ρ dρ|², k = 2π/λ: eq. (23) with C = 2, so
 * that the focus is 1.
 *
 * Shapes: result `shape`, the focus in its center. Every distinct radius is integrated, none is
 * interpolated.
 * Cost: (distinct radii) × (planes / 2) × (rings) operations.
 * Source: Born & Wolf, Principles of Optics, section 8.8; Lim et al. (2020), eq. (23).
 *
 * @param options - Optics and sampling.
 * @returns Intensity relative to the focus; normalize it with `normalizePsf` before blurring
 *   with it.
 * @throws {RuleError} If the optics or the sampling cannot exist.
 * @example
 * const optics = { numericalAperture: 1.4, immersionIndex: 1.5, emissionWavelengthUm: 0.5 };
 * const sampling = { voxelSizeUm: [0.25, 0.1, 0.1], shape: [31, 31, 31] };
 * const psf = normalizePsf(bornWolfPsf({ ...optics, ...sampling }));
 */
export function bornWolfPsf(options: PsfOptions): Volume {
  return rasterizePupil(bornWolfPupil(options), options);
}
