import type { Optics } from './optics.ts';

/** The largest voxel that keeps every detail the microscope can form. */
export interface SamplingLimits {
  /** λ / (4 NA), µm. */
  readonly lateralUm: number;
  /** λ / (2 n (1 - cos α)), µm. */
  readonly axialUm: number;
}

/**
 * Nyquist limits of a wide-field fluorescence microscope: half the period of the highest lateral
 * and axial frequency.
 *
 * Source: the support of the incoherent transfer function, 2 NA/λ laterally and n (1 - cos α)/λ
 * axially.
 */
export function samplingLimits(optics: Optics): SamplingLimits {
  const { numericalAperture, immersionIndex, emissionWavelengthUm } = optics;
  const cosine = Math.sqrt(1 - (numericalAperture / immersionIndex) ** 2);
  return {
    lateralUm: emissionWavelengthUm / (4 * numericalAperture),
    axialUm: emissionWavelengthUm / (2 * immersionIndex * (1 - cosine)),
  };
}
