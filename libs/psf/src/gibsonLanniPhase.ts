import type { GibsonLanniLayers } from './gibsonLanniOptics.ts';

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
 * Amplitude left of an evanescent ray after the source's depth: exp(-k₀ p √(q² - n_s²)), 1 for
 * travelling rays.
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

/** D(a) - D(b) without cancellation: millimetres of glass may multiply it. */
function pathDropDifference(a: number, b: number, q: number): number {
  const roots = Math.sqrt((a - q) * (a + q)) + Math.sqrt((b - q) * (b + q));
  return (-(a - b) * (pathDrop(a, q) + pathDrop(b, q))) / roots;
}
