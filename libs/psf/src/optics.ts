import { assertRange } from '@blurcycle/core';

/** What every model of a wide-field microscope needs to know about the objective and the light. */
export interface Optics {
  /** Numerical aperture of the objective, above 0 and below `immersionIndex`. */
  readonly numericalAperture: number;
  /** Refractive index of the immersion medium, 1 to 2. */
  readonly immersionIndex: number;
  /** Emission wavelength in vacuum, in µm, 0.2 to 2. */
  readonly emissionWavelengthUm: number;
}

/** Wavelengths of light microscopy in µm; a value outside is most likely in nanometres. */
export const WAVELENGTH_RANGE_UM = [0.2, 2] as const;

/** Refractive indices of optical media. */
export const INDEX_RANGE = [1, 2] as const;

/** Wave number in vacuum, 2π/λ, in rad/µm. */
export function vacuumWaveNumber(optics: Optics): number {
  return (2 * Math.PI) / optics.emissionWavelengthUm;
}

/**
 * Throws unless the optics can exist.
 *
 * @throws {RangeError} If the wavelength is outside 0.2 to 2 µm, the index outside 1 to 2, or the
 *   NA not below the index.
 */
export function assertOptics(where: string, optics: Optics): void {
  const { numericalAperture, immersionIndex, emissionWavelengthUm } = optics;
  assertRange(
    isWithin(emissionWavelengthUm, WAVELENGTH_RANGE_UM),
    where,
    'emissionWavelengthUm',
    'lie within 0.2 to 2 µm',
    emissionWavelengthUm,
    'give micrometres: 500 nm is 0.5',
  );
  assertIndex(where, 'immersionIndex', immersionIndex);
  assertRange(
    numericalAperture > 0 && numericalAperture < immersionIndex,
    where,
    'numericalAperture',
    `be above 0 and below immersionIndex (${immersionIndex})`,
    numericalAperture,
    'no objective gathers light beyond 90°: check the immersion medium',
  );
}

/** Throws unless `index` is a refractive index of an optical medium. */
export function assertIndex(where: string, parameter: string, index: number): void {
  assertRange(isWithin(index, INDEX_RANGE), where, parameter, 'lie within 1 to 2', index);
}

function isWithin(value: number, range: readonly [number, number]): boolean {
  return value >= range[0] && value <= range[1];
}
