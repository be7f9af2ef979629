import { assertRange } from '@blurcycle/core';
import { assertIndex, assertOptics, type Optics } from './optics.ts';

/**
 * The layers between source and objective. Layers that are not given match the design and cause no
 * aberration.
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
 * @throws {RuleError} If an index or a thickness is impossible, or the index of the cover glass or
 *   of the design is not above the NA.
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
      'give micrometers',
    );
  }
  return layers;
}

/**
 * Optical path of the ray with transverse index q = n sin θ relative to the axial ray, source to
 * objective minus design, in µm, for the stage at nominal focus depth 0.
 *
 * p D(n_s) + t_i0 (D(n_i) - D(n_i0)) + t_g D(n_g) - t_g0 D(n_g0), D(n) = √(n² - q²) - n, p the
 * source depth. Beyond the sample's critical angle the sample adds its constant -p n_s: those rays
 * decay instead (see `sampleDecay`).
 * Source: Gibson & Lanni, J. Opt. Soc. Am. A 9, 154 (1992), eq. (3) with the layers kept apart.
 */
export function opticalPathUm(layers: GibsonLanniLayers, q: number): number {
  const sample = q < layers.sampleIndex ? pathDrop(layers.sampleIndex, q) : -layers.sampleIndex;
  const immersion = pathDropDifference(layers.immersionIndex, layers.immersionIndexDesign, q);
  const glass =
    (layers.coverslipThicknessUm - layers.coverslipThicknessDesignUm) *
      pathDrop(layers.coverslipIndex, q) +
    layers.coverslipThicknessDesignUm *
      pathDropDifference(layers.coverslipIndex, layers.coverslipIndexDesign, q);
  return layers.sourceDepthUm * sample + layers.workingDistanceUm * immersion + glass;
}

/**
 * Amplitude of an evanescent ray after the depth of the source: exp(-k₀ p √(q² - n_s²)); 1 for
 * propagating rays.
 */
export function sampleDecay(layers: GibsonLanniLayers, q: number, waveNumber: number): number {
  const square = (q - layers.sampleIndex) * (q + layers.sampleIndex);
  return square <= 0 ? 1 : Math.exp(-waveNumber * layers.sourceDepthUm * Math.sqrt(square));
}

/**
 * Nominal depth in µm at which the ray with transverse index q crosses the axis: where its path is
 * stationary.
 */
export function zoneFocusUm(layers: GibsonLanniLayers, q: number): number {
  const inverse = (index: number): number => 1 / Math.sqrt(index * index - q * q);
  return (
    (layers.sourceDepthUm * inverse(layers.sampleIndex) +
      layers.workingDistanceUm *
        (inverse(layers.immersionIndex) - inverse(layers.immersionIndexDesign)) +
      layers.coverslipThicknessUm * inverse(layers.coverslipIndex) -
      layers.coverslipThicknessDesignUm * inverse(layers.coverslipIndexDesign)) /
    inverse(layers.immersionIndex)
  );
}

/** √(n² - q²) - n without cancellation. */
export function pathDrop(index: number, q: number): number {
  return (-q * q) / (Math.sqrt((index - q) * (index + q)) + index);
}

/** D(a) - D(b) without cancellation, because millimeters of glass may multiply it. */
function pathDropDifference(a: number, b: number, q: number): number {
  const roots = Math.sqrt((a - q) * (a + q)) + Math.sqrt((b - q) * (b + q));
  return (-(a - b) * (pathDrop(a, q) + pathDrop(b, q))) / roots;
}
