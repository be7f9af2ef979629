import {
  assertRange,
  type Modality,
  type PixelIntegration,
  type Shape3,
  type VoxelSizeUm,
} from '@blurcycle/core';

/** The objective and the light, for every model of a wide-field microscope. */
export interface Optics {
  /** Numerical aperture of the objective, above 0 and below `immersionIndex`. */
  readonly numericalAperture: number;
  /** Refractive index of the immersion medium, 1 to 2. */
  readonly immersionIndex: number;
  /** Emission wavelength in vacuum, in µm, 0.2 to 2. */
  readonly emissionWavelengthUm: number;
}

/** The voxel grid that a PSF is sampled on. */
export interface Sampling {
  /** Voxel size z, y, x in µm. */
  readonly voxelSizeUm: VoxelSizeUm;
  /**
   * Sides z, y, x. With odd sides the focus lies in the center voxel; with an even side, between
   * two voxels.
   */
  readonly shape: Shape3;
  /**
   * Value of a voxel: the intensity at its center (`none`), or its mean over the area (`lateral`),
   * the depth (`axial`) or the volume (`both`) of the voxel. A camera pixel integrates laterally;
   * focus steps do not integrate axially.
   *
   * @defaultValue 'none'
   */
  readonly pixelIntegration?: PixelIntegration;
}

/** Optics and sampling of a PSF. */
export interface PsfOptions extends Optics, Sampling {}

/** Wavelengths of light microscopy in µm; a value outside is most likely in nanometers. */
export const WAVELENGTH_RANGE_UM = [0.2, 2] as const;

/** Refractive indices of optical media. */
const INDEX_RANGE = [1, 2] as const;

/** Wave number in vacuum, 2π/λ, in rad/µm. */
export function vacuumWaveNumber(optics: Optics): number {
  return (2 * Math.PI) / optics.emissionWavelengthUm;
}

/**
 * Checks that the optics can exist.
 *
 * @throws {RuleError} If the wavelength is outside 0.2 to 2 µm, the index outside 1 to 2, or the
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
    'give micrometers: 500 nm is 0.5',
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

/** Sides of the largest voxel that preserves all detail that the microscope can image. */
export interface SamplingLimits {
  /** λ / (4 NA), µm. */
  readonly lateralUm: number;
  /** λ / (2 n (1 - cos α)), µm. */
  readonly axialUm: number;
}

/** What of a modality decides how fine its light is. */
interface Lighting {
  readonly modality?: Modality;
  readonly excitationWavelengthUm?: number;
}

/**
 * Nyquist limits of a fluorescence microscope: half the period of the highest lateral and axial
 * frequency.
 *
 * Widefield and light sheet transfer up to 2 NA/λ laterally and n (1 - cos α)/λ axially, λ the
 * emission wavelength. Confocal and spinning disk multiply the light of both wavelengths, so that
 * their frequencies add; two-photon adds those of the excitation to themselves.
 *
 * Source: the support of the incoherent transfer function; of a product, that of a convolution.
 */
export function samplingLimits(optics: Optics & Lighting): SamplingLimits {
  const { numericalAperture, immersionIndex, emissionWavelengthUm } = optics;
  const { modality = 'widefield', excitationWavelengthUm: excitation = Infinity } = optics;
  const cosine = Math.sqrt(1 - (numericalAperture / immersionIndex) ** 2);
  const wavelengthUm =
    modality === 'two-photon'
      ? excitation / 2
      : modality === 'confocal' || modality === 'spinning-disk'
        ? 1 / (1 / emissionWavelengthUm + 1 / excitation)
        : emissionWavelengthUm;
  return {
    lateralUm: wavelengthUm / (4 * numericalAperture),
    axialUm: wavelengthUm / (2 * immersionIndex * (1 - cosine)),
  };
}
