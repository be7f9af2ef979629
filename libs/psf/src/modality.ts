import { assertRange, type Modality } from '@blurcycle/core';
import { type Optics, WAVELENGTH_RANGE_UM } from './optics.ts';
import { averageOver } from './pinhole.ts';
import type { IntensityModel, Profiler } from './rasterizePupil.ts';

/** How the specimen is lit, and what of its light is recorded. */
export interface ModalityOptions {
  /**
   * `widefield` h_em; `confocal` h_ex · (h_em ⊗ pinhole); `spinning-disk` h_em · (h_ex ⊗ pinhole ⊗
   * pinhole); `two-photon` h_ex²; `light-sheet` h_em · sheet.
   *
   * @defaultValue 'widefield'
   */
  readonly modality?: Modality;
  /** Excitation wavelength in vacuum, µm; for `two-photon` that of the laser. */
  readonly excitationWavelengthUm?: number;
  /**
   * Diameter of the pinhole in Airy units of the emission, 1.22 λ_em/NA in the specimen, up to 20.
   *
   * @defaultValue 1
   */
  readonly pinholeAiryUnits?: number;
  /** Full width at half maximum of the light sheet along z, µm. */
  readonly sheetThicknessUm?: number;
}

/** Modalities that are lit through the objective, so that their excitation has a wavelength. */
const EXCITED: readonly Modality[] = ['confocal', 'spinning-disk', 'two-photon'];
const WITH_PINHOLE: readonly Modality[] = ['confocal', 'spinning-disk'];
const LARGEST_PINHOLE = 20;

/**
 * Checks what belongs to the modality.
 *
 * @throws {RuleError} If a number is missing, impossible, or of another modality.
 */
export function assertModality(options: ModalityOptions, isGaussian: boolean): void {
  const { modality = 'widefield' } = options;
  const where = 'createPsf';
  const { excitationWavelengthUm: excitation, pinholeAiryUnits: pinhole } = options;
  const { sheetThicknessUm: sheet } = options;
  const rule = 'be left out';
  const remedy = `modality ${modality} has none`;
  assertRange(
    !(isGaussian && modality !== 'widefield'),
    where,
    'modality',
    'be widefield for the gaussian model',
    modality,
    'give its widths with sigmaUm, or take a diffraction model',
  );
  if (EXCITED.includes(modality)) {
    const [least, most] = WAVELENGTH_RANGE_UM;
    assertRange(
      excitation !== undefined && excitation >= least && excitation <= most,
      where,
      'excitationWavelengthUm',
      `lie within ${least} to ${most} µm for ${modality}`,
      excitation,
      'give that of the laser: --excitation 0.488',
    );
  } else {
    assertRange(
      excitation === undefined,
      where,
      'excitationWavelengthUm',
      rule,
      excitation,
      remedy,
    );
  }
  if (WITH_PINHOLE.includes(modality)) {
    assertRange(
      pinhole === undefined || (pinhole > 0 && pinhole <= LARGEST_PINHOLE),
      where,
      'pinholeAiryUnits',
      `lie above 0 and up to ${LARGEST_PINHOLE}`,
      pinhole,
      'beyond, it changes nothing',
    );
  } else {
    assertRange(pinhole === undefined, where, 'pinholeAiryUnits', rule, pinhole, remedy);
  }
  if (modality === 'light-sheet') {
    assertRange(
      sheet !== undefined && sheet > 0 && Number.isFinite(sheet),
      where,
      'sheetThicknessUm',
      'be a length in µm, above 0, for light-sheet',
      sheet,
      'give its full width at half maximum: --sheet 2',
    );
  } else {
    assertRange(sheet === undefined, where, 'sheetThicknessUm', rule, sheet, remedy);
  }
}

/** Light of the parts of a microscope. */
interface Parts {
  readonly emission: IntensityModel;
  /** At the excitation wavelength; null where nothing is lit through the objective. */
  readonly excitation: IntensityModel | null;
  /** Defocus of the central plane, µm: where the sheet is. */
  readonly centerUm: number;
}

/**
 * The effective point spread function of a modality from the light of its parts, each round.
 *
 * - `confocal`: I_ex(r, z) D(r, z), D the emission averaged over the pinhole about r. Open, it is
 *   the excitation's; closed, h_ex h_em.
 * - `spinning-disk`, with a camera: I_em(r, z) D(r, z), D the excitation averaged over the pinhole
 *   that lights and over the one that is passed on the way back. Open, it is widefield. Light that
 *   returns through neighboring pinholes is not in it.
 * - `two-photon`: I_ex², all emission is recorded.
 * - `light-sheet`: I_em exp(-4 ln 2 (z - z_c)²/t²), t the thickness, the same all over the field.
 *
 * D is 1 on the axis of the central plane.
 *
 * Source: Wilson & Carlini (1987) doi:10.1364/OL.12.000227 (confocal, size of the pinhole);
 * Conchello & Lichtman (1994) doi:10.1364/AO.33.000585 (rotating disk); Denk, Strickler & Webb
 * (1990) doi:10.1126/science.2321027 (two-photon); Engelbrecht & Stelzer (2006)
 * doi:10.1364/OL.31.001477 (light sheet).
 */
export function modalityLight(
  { numericalAperture, emissionWavelengthUm }: Optics,
  { modality = 'widefield', pinholeAiryUnits = 1, sheetThicknessUm = Infinity }: ModalityOptions,
  { emission, excitation, centerUm }: Parts,
): IntensityModel {
  const pinholeUm = (pinholeAiryUnits * 0.61 * emissionWavelengthUm) / numericalAperture;
  if (modality === 'light-sheet') return sheetLight(emission, sheetThicknessUm, centerUm);
  if (excitation === null) return emission;
  assertRange(
    excitation.anisotropy === 0 || modality === 'confocal',
    'createPsf',
    'polarization',
    `be circular or unpolarized for ${modality}`,
    'x or y',
  );
  if (modality === 'two-photon') return squared(excitation);
  const [direct, averaged] =
    modality === 'confocal' ? [excitation, emission] : [emission, excitation];
  const aperture = modality === 'confocal' ? 'disk' : 'two-disks';
  const detection = averageOver(averaged, aperture, pinholeUm);
  return {
    ...bands(direct, averaged),
    anisotropy: direct.anisotropy,
    prepare(radiusUm, zUm) {
      const directAt = direct.prepare(radiusUm, zUm);
      const detectionAt = detection.prepare(radiusUm, zUm);
      const axis = detectionAt(new Float64Array([centerUm]));
      axis.profile(0);
      const scale = 1 / axis.mean[0];
      return (positionsUm) => {
        const [h, d] = [directAt(positionsUm), detectionAt(positionsUm)];
        return combined(
          h,
          positionsUm.length,
          (radius) => d.profile(radius),
          (p) => scale * d.mean[p],
        );
      };
    },
  };
}

function bands(
  a: IntensityModel,
  b: IntensityModel,
): Pick<IntensityModel, 'lateralBand' | 'axialBand' | 'isEven'> {
  return {
    lateralBand: a.lateralBand + b.lateralBand,
    axialBand: a.axialBand + b.axialBand,
    isEven: a.isEven && b.isEven,
  };
}

/** A profile times a round factor. */
function combined(
  h: Profiler,
  count: number,
  prepare: (radiusUm: number) => void,
  factor: (position: number) => number,
): Profiler {
  const mean = new Float64Array(count);
  const angular = new Float64Array(count);
  return {
    mean,
    angular,
    profile(radiusUm) {
      h.profile(radiusUm);
      prepare(radiusUm);
      for (let p = 0; p < count; p++) {
        mean[p] = h.mean[p] * factor(p);
        angular[p] = h.angular[p] * factor(p);
      }
    },
  };
}

function squared(light: IntensityModel): IntensityModel {
  return {
    ...bands(light, light),
    anisotropy: 0,
    prepare(radiusUm, zUm) {
      const profilerAt = light.prepare(radiusUm, zUm);
      return (positionsUm) => {
        const h = profilerAt(positionsUm);
        return combined(
          h,
          positionsUm.length,
          () => undefined,
          (p) => h.mean[p],
        );
      };
    },
  };
}

/** A Gaussian has no highest frequency: beyond this many 1/σ nothing is left of it (exp(-34)). */
const GAUSSIAN_BAND = 8.3;

function sheetLight(light: IntensityModel, thicknessUm: number, centerUm: number): IntensityModel {
  const sigma = thicknessUm / Math.sqrt(8 * Math.LN2);
  return {
    ...light,
    axialBand: light.axialBand + GAUSSIAN_BAND / sigma,
    prepare(radiusUm, zUm) {
      const profilerAt = light.prepare(radiusUm, zUm);
      return (positionsUm) => {
        const sheet = positionsUm.map((z) => Math.exp(-(((z - centerUm) / sigma) ** 2) / 2));
        const h = profilerAt(positionsUm);
        return combined(
          h,
          positionsUm.length,
          () => undefined,
          (p) => sheet[p],
        );
      };
    },
  };
}
