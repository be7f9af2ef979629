import type { Volume } from '@blurcycle/core';
import { gaussLegendre } from './gaussLegendre.ts';
import { INTENSITY_WEIGHTS, type PupilModel } from './pupil.ts';

/** A transfer curve. */
export interface MtfCurve {
  /** Cycles per µm, from 0 to the Nyquist frequency of the voxels. */
  readonly frequencyPerUm: readonly number[];
  readonly modulation: readonly number[];
}

/**
 * Modulation transfer of a kernel along z, y and x: the effect of a blur with exactly these voxels.
 *
 * |Σ p_j exp(-2πi f j d)| / |Σ p_j|, p the kernel summed over the other two axes.
 *
 * @param points - Frequencies from 0 to 1/(2d), both included.
 */
export function kernelMtf(
  kernel: Volume,
  points = 65,
): Readonly<Record<'z' | 'y' | 'x', MtfCurve>> {
  const [z, y, x] = projections(kernel).map((line, axis) =>
    lineMtf(line, kernel.voxelSizeUm[axis], points),
  );
  return { z, y, x };
}

function projections(kernel: Volume): Float64Array[] {
  const [depth, height, width] = kernel.shape;
  const lines = kernel.shape.map((side) => new Float64Array(side));
  let i = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = kernel.data[i++];
        lines[0][z] += value;
        lines[1][y] += value;
        lines[2][x] += value;
      }
    }
  }
  return lines;
}

function lineMtf(line: Float64Array, stepUm: number, points: number): MtfCurve {
  const total = line.reduce((sum, value) => sum + value, 0);
  const frequencyPerUm = Array.from({ length: points }, (_, i) => i / (points - 1) / (2 * stepUm));
  const modulation = frequencyPerUm.map((frequency) => {
    let real = 0;
    let imaginary = 0;
    line.forEach((value, j) => {
      const phase = 2 * Math.PI * frequency * j * stepUm;
      real += value * Math.cos(phase);
      imaginary -= value * Math.sin(phase);
    });
    return Math.hypot(real, imaginary) / Math.abs(total);
  });
  return { frequencyPerUm, modulation };
}

/**
 * Lateral modulation transfer of the plane at defocus `zUm`, from the pupil itself: no window, no
 * pixels.
 *
 * OTF(s) = Σ_m w_m ∬ A_m(q₁) A_m(q₂) cos(m(φ₁ - φ₂)) cos(Φ(q₁) - Φ(q₂)) d²q over the lens where the
 * pupil overlaps itself shifted by 2πs; MTF = |OTF(s)/OTF(0)|.
 *
 * Two Gauss–Legendre rules integrate over half of the lens in polar coordinates about the center of
 * one pupil, ρ from the chord to the rim: the integrand is analytic there.
 *
 * @param model - The pupil; for `richards-wolf` the mean over polarizations.
 * @param frequenciesPerUm - Lateral frequencies in cycles/µm, ≥ 0.
 * @returns MTF at each frequency, 1 at 0 and 0 from 2 NA/λ on.
 */
export function lateralMtf(
  model: PupilModel,
  frequenciesPerUm: readonly number[],
  zUm = 0,
): number[] {
  const zero = overlap(model, 0, zUm);
  return frequenciesPerUm.map((frequency) =>
    Math.abs(overlap(model, 2 * Math.PI * frequency, zUm) / zero),
  );
}

function overlap(model: PupilModel, shift: number, zUm: number): number {
  const rim = model.lateralLimit;
  if (shift >= 2 * rim) return 0;
  const rule = gaussLegendre(Math.ceil(48 + model.phaseSpan(0, Math.abs(zUm))));
  const widest = Math.acos(shift / (2 * rim));
  let sum = 0;
  for (let b = 0; b < rule.nodes.length; b++) {
    const angle = (widest * (1 + rule.nodes[b])) / 2;
    const chord = shift / (2 * Math.cos(angle));
    for (let a = 0; a < rule.nodes.length; a++) {
      const radius = rim - ((rim - chord) * rule.distances[a]) / 2;
      const weight = rule.weights[a] * rule.weights[b] * (rim - chord) * radius;
      sum += weight * correlation(model, radius, angle, shift, zUm);
    }
  }
  return sum * widest;
}

/**
 * The integrand at (radius, angle) from the center of one pupil; the center of the other lies
 * `shift` away along angle 0.
 */
function correlation(
  model: PupilModel,
  radius: number,
  angle: number,
  shift: number,
  zUm: number,
): number {
  const along = radius * Math.cos(angle) - shift;
  const across = radius * Math.sin(angle);
  const other = Math.hypot(along, across);
  const here = model.at(radius);
  const there = model.at(other);
  const turn = angle - Math.atan2(across, along);
  let product = 0;
  here.amplitudes.forEach((amplitude, m) => {
    product += INTENSITY_WEIGHTS[m] * amplitude * there.amplitudes[m] * Math.cos(m * turn);
  });
  return product * Math.cos(here.phase - there.phase + (here.axial - there.axial) * zUm);
}
