import { assertRange } from '@blurcycle/core';
import { assertIndex, assertOptics, type Optics } from './optics.ts';

/**
 * The layers between source and objective. What is not given matches the design, and then there is
 * no aberration.
 */
export interface GibsonLanniOptics extends Optics {
  /** Refractive index of the sample. @defaultValue `immersionIndex` */
  readonly sampleIndex?: number;
  /** Depth of the point source below the cover glass in µm, ≥ 0. @defaultValue 0 */
  readonly sourceDepthUm?: number;
  /** Refractive index of the cover glass in use. @defaultValue `coverslipIndexDesign` */
  readonly coverslipIndex?: number;
  /**
   * Refractive index of the cover glass the objective is designed for. @defaultValue 1.5255, Schott
   * D 263
   */
  readonly coverslipIndexDesign?: number;
  /** Thickness of the cover glass in use, µm. @defaultValue `coverslipThicknessDesignUm` */
  readonly coverslipThicknessUm?: number;
  /** Thickness of the cover glass the objective is designed for, µm. @defaultValue 170 */
  readonly coverslipThicknessDesignUm?: number;
  /**
   * Refractive index of the immersion medium the objective is designed for. @defaultValue
   * `immersionIndex`
   */
  readonly immersionIndexDesign?: number;
  /** Thickness of the immersion layer in the design, µm. @defaultValue 150 */
  readonly workingDistanceUm?: number;
}

/** All layers with their defaults, checked. */
export type GibsonLanniLayers = Required<GibsonLanniOptics>;

/**
 * Fills in the defaults and checks the layers.
 *
 * @throws {RangeError} If an index or a thickness cannot be, or the cover glass or the design index
 *   is not above the NA.
 */
export function gibsonLanniLayers(optics: GibsonLanniOptics): GibsonLanniLayers {
  const where = 'gibsonLanniPsf';
  assertOptics(where, optics);
  const {
    immersionIndex,
    coverslipIndexDesign = 1.5255,
    coverslipThicknessDesignUm = 170,
  } = optics;
  const layers: GibsonLanniLayers = {
    sampleIndex: immersionIndex,
    sourceDepthUm: 0,
    coverslipIndex: coverslipIndexDesign,
    coverslipThicknessUm: coverslipThicknessDesignUm,
    immersionIndexDesign: immersionIndex,
    workingDistanceUm: 150,
    ...optics,
    coverslipIndexDesign,
    coverslipThicknessDesignUm,
  };
  for (const name of [
    'sampleIndex',
    'coverslipIndex',
    'coverslipIndexDesign',
    'immersionIndexDesign',
  ] as const) {
    assertIndex(where, name, layers[name]);
  }
  for (const name of ['coverslipIndex', 'coverslipIndexDesign', 'immersionIndexDesign'] as const) {
    const rule = `be above numericalAperture (${optics.numericalAperture}) so that the light gets through`;
    assertRange(layers[name] > optics.numericalAperture, where, name, rule, layers[name]);
  }
  for (const name of [
    'sourceDepthUm',
    'coverslipThicknessUm',
    'coverslipThicknessDesignUm',
    'workingDistanceUm',
  ] as const) {
    const length = layers[name];
    assertRange(
      length >= 0 && length < 1e5,
      where,
      name,
      'lie within 0 and 100000 µm',
      length,
      'give micrometres',
    );
  }
  return layers;
}
