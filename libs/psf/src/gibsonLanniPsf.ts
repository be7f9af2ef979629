import type { Volume } from '@blurcycle/core';
import { gaussLegendre } from './gaussLegendre.ts';
import {
  gibsonLanniLayers,
  opticalPathUm,
  pathDrop,
  sampleDecay,
  zoneFocusUm,
  type GibsonLanniLayers,
  type GibsonLanniOptics,
} from './gibsonLanniLayers.ts';
import { vacuumWaveNumber, type PsfOptions } from './optics.ts';
import { discretizePupil, pupilIntensity, type PupilModel } from './pupil.ts';
import { rasterizePupil } from './rasterizePupil.ts';

export interface GibsonLanniPsfOptions extends GibsonLanniOptics, PsfOptions {
  /**
   * Nominal focus depth in µm of the central plane. @defaultValue `gibsonLanniFocusUm`, the depth
   * with the brightest axis
   */
  readonly centerDepthUm?: number;
}

/**
 * Part of the pupil between two transverse indices, q = √(base² - v²) or √(base² + v²), v a
 * Gauss–Legendre variable.
 */
interface Panel {
  readonly base: number;
  readonly sign: 1 | -1;
  readonly from: number;
  readonly to: number;
}

/**
 * The pupil of the Gibson & Lanni model: scalar, with the layers' spherical aberration. z is the
 * nominal focus depth.
 */
export function gibsonLanniPupil(optics: GibsonLanniOptics): PupilModel {
  const layers = gibsonLanniLayers(optics);
  const waveNumber = vacuumWaveNumber(optics);
  const na = optics.numericalAperture;
  const aberrated = !isMatched(layers);
  return {
    discretize(rings) {
      const { q, weights } = layeredRays(layers, rings);
      const decay = q.map((value) =>
        layers.sourceDepthUm > 0 ? sampleDecay(layers, value, waveNumber) : 1,
      );
      const energy = weights.reduce((sum, weight, j) => sum + weight * decay[j] ** 2, 0);
      return {
        lateral: Float64Array.from(q, (value) => waveNumber * value),
        axial: Float64Array.from(
          q,
          (value) => -waveNumber * pathDrop(layers.immersionIndex, value),
        ),
        phase: aberrated
          ? Float64Array.from(q, (value) => waveNumber * opticalPathUm(layers, value))
          : null,
        amplitudes: [Float64Array.from(weights, (weight, j) => weight * decay[j])],
        anisotropy: 0,
        secondOrder: 'standard',
        planeEnergyUm2: (4 * Math.PI * energy) / (waveNumber * na) ** 2,
      };
    },
    at(lateral) {
      const q = lateral / waveNumber;
      return {
        amplitudes: [layers.sourceDepthUm > 0 ? sampleDecay(layers, q, waveNumber) : 1],
        axial: -waveNumber * pathDrop(layers.immersionIndex, q),
        phase: waveNumber * opticalPathUm(layers, q),
      };
    },
    lateralLimit: waveNumber * na,
    phaseSpan(radiusUm, zUm) {
      const axialRange = -pathDrop(layers.immersionIndex, na);
      return waveNumber * (na * radiusUm * 0.75 + axialRange * zUm + pathVariationUm(layers));
    },
  };
}

/**
 * The nominal focus depth in µm at which the image of the source is brightest on the axis.
 *
 * Zones of the pupil focus at different depths; the brightest depth lies between the extremes. A
 * scan in steps finer than the depth of field and a golden-section search find it.
 *
 * @param model - The pupil of these optics; scalar unless given.
 */
export function gibsonLanniFocusUm(
  optics: GibsonLanniOptics,
  model: PupilModel = gibsonLanniPupil(optics),
): number {
  const layers = gibsonLanniLayers(optics);
  if (isMatched(layers)) return 0;
  const { numericalAperture, immersionIndex, emissionWavelengthUm } = optics;
  const limit = Math.min(
    numericalAperture,
    layers.sourceDepthUm > 0 ? 0.98 * layers.sampleIndex : Infinity,
  );
  const zones = Array.from({ length: 65 }, (_, i) => zoneFocusUm(layers, (limit * i) / 64));
  const depthOfField = (emissionWavelengthUm * immersionIndex) / numericalAperture ** 2;
  const from = Math.min(...zones) - depthOfField;
  const to = Math.max(...zones) + depthOfField;
  const pupil = discretizePupil(model, 0, Math.max(Math.abs(from), Math.abs(to)));
  const brightness = (z: number): number => pupilIntensity(pupil, 0, z).mean;
  const steps = Math.ceil((to - from) / (depthOfField / 10));
  const step = (to - from) / steps;
  let best = from;
  for (let i = 1; i <= steps; i++)
    if (brightness(from + i * step) > brightness(best)) best = from + i * step;
  return goldenMaximum(brightness, best - step, best + step);
}

/**
 * The wide-field point spread function of Gibson & Lanni: that of Born & Wolf with the exact
 * defocus and the aberration of sample, cover glass and immersion that differ from the design.
 *
 * I(r, z) = |∫₀¹ 2 J0(k₀ NA r ρ) exp(i k₀ (W(NA ρ) - z √(n_i² - NA²ρ²))) ρ dρ|², W the path of
 * `opticalPathUm`. Planes are ordered by nominal focus depth: the next plane lies deeper in the
 * sample.
 *
 * Shapes: result `shape`, the brightest plane in its center unless `centerDepthUm` says otherwise.
 * Source: Gibson & Lanni, J. Opt. Soc. Am. A 9, 154 (1992).
 *
 * @param options - Optics, layers, sampling.
 * @returns Intensity relative to the focus without aberration.
 * @throws {RuleError} If the optics, a layer or the sampling cannot exist.
 */
export function gibsonLanniPsf(options: GibsonLanniPsfOptions): Volume {
  return rasterizePupil(
    gibsonLanniPupil(options),
    options,
    options.centerDepthUm ?? gibsonLanniFocusUm(options),
  );
}

/** Whether nothing differs from the design, so that there is no aberration. */
export function isMatched(layers: GibsonLanniLayers): boolean {
  return (
    layers.sourceDepthUm === 0 &&
    layers.immersionIndex === layers.immersionIndexDesign &&
    layers.coverslipIndex === layers.coverslipIndexDesign &&
    layers.coverslipThicknessUm === layers.coverslipThicknessDesignUm
  );
}

/**
 * Panels within which every path is analytic: √(n² - q²) is not analytic at q = n, so the variable
 * is that root for the smallest index, and a sample index inside the aperture splits the pupil in
 * two.
 */
function pupilPanels(layers: GibsonLanniLayers): Panel[] {
  const na = layers.numericalAperture;
  const sample = layers.sourceDepthUm > 0 ? layers.sampleIndex : Infinity;
  if (sample <= na) {
    return [
      { base: sample, sign: -1, from: 0, to: sample },
      { base: sample, sign: 1, from: 0, to: Math.sqrt(na * na - sample * sample) },
    ];
  }
  const base = Math.min(
    sample,
    layers.immersionIndex,
    layers.immersionIndexDesign,
    layers.coverslipIndex,
    layers.coverslipIndexDesign,
  );
  return [{ base, sign: -1, from: Math.sqrt((base - na) * (base + na)), to: base }];
}

/**
 * Rays for sums over the pupil, ∫ f 2ρ dρ = Σ w f(q): their transverse indices and weights.
 *
 * @param rings - Rays in each panel.
 */
export function layeredRays(
  layers: GibsonLanniLayers,
  rings: number,
): { readonly q: readonly number[]; readonly weights: readonly number[] } {
  const na = layers.numericalAperture;
  const rule = gaussLegendre(rings);
  const q: number[] = [];
  const weights: number[] = [];
  for (const { base, sign, from, to } of pupilPanels(layers)) {
    const half = (to - from) / 2;
    for (let j = 0; j < rings; j++) {
      const below = half * rule.distances[j];
      const v = to - below;
      // At the axis base = to: avoid the cancellation of base - v.
      q.push(
        sign === -1 ? Math.sqrt((base - to + below) * (base + v)) : Math.sqrt(base * base + v * v),
      );
      weights.push((2 * v * half * rule.weights[j]) / (na * na)); // 2ρ dρ
    }
  }
  return { q, weights };
}

/** Total variation of the aberration over the pupil, µm. */
export function pathVariationUm(layers: GibsonLanniLayers): number {
  const path = Array.from({ length: 65 }, (_, i) =>
    opticalPathUm(layers, (layers.numericalAperture * i) / 64),
  );
  return path.slice(1).reduce((sum, value, i) => sum + Math.abs(value - path[i]), 0);
}

/**
 * Position of the only maximum of a function between `from` and `to`, to about 1e-8 of the
 * interval: closer than that, rounding hides which of two values is larger.
 */
export function goldenMaximum(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let left = high - ratio * (high - low);
  let right = low + ratio * (high - low);
  let [atLeft, atRight] = [f(left), f(right)];
  for (let step = 0; step < 42; step++) {
    if (atLeft < atRight) {
      low = left;
      [left, atLeft] = [right, atRight];
      right = low + ratio * (high - low);
      atRight = f(right);
    } else {
      high = right;
      [right, atRight] = [left, atLeft];
      left = high - ratio * (high - low);
      atLeft = f(left);
    }
  }
  return (low + high) / 2;
}
