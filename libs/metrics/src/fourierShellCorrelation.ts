import { assertRange, assertSameShape, type Volume } from '@blurcycle/core';
import { fft3d } from './fft.ts';

export interface ShellCorrelationOptions {
  /**
   * Correlation below which detail counts as lost; 0.5 is usual against a truth, 1/7 between two
   * halves. @defaultValue 0.5
   */
  readonly threshold?: number;
}

/** Correlation of two volumes, frequency by frequency. */
export interface ShellCorrelation {
  /** Center of each shell, cycles/µm. */
  readonly frequencyPerUm: readonly number[];
  /** Real correlation coefficient in [-1, 1]; 0 where a volume is empty. */
  readonly correlation: readonly number[];
  /** Fourier coefficients in each shell. */
  readonly count: readonly number[];
  /**
   * Length in µm whose inverse is the first frequency at which the curve falls below `threshold`;
   * null if it never does.
   */
  readonly resolutionUm: number | null;
}

/**
 * Fourier shell correlation: the detail up to which two volumes agree.
 *
 * FSC(s) = Re Σ A B* / √(Σ|A|² Σ|B|²), sums over the shell of spatial frequency s. Shells are
 * spheres in cycles/µm, so voxels need not be cubes; their width is the coarsest frequency step of
 * the three axes, and they end at the lowest of the three Nyquist frequencies. The volumes are
 * taken as periodic: taper them first if their borders differ.
 *
 * Cost: one complex 3-D Fourier transform (both volumes at once), two doubles for each voxel.
 * Source: Harauz & van Heel, Optik 73, 146 (1986).
 */
export function fourierShellCorrelation(
  estimate: Volume,
  truth: Volume,
  options: ShellCorrelationOptions = {},
): ShellCorrelation {
  assertSameShape('fourierShellCorrelation', estimate, truth);
  const { shape, voxelSizeUm } = truth;
  const extended = shape.some((side) => side > 1);
  assertRange(extended, 'fourierShellCorrelation', 'shape', 'have a side above 1', shape);
  // Both real volumes in one transform: Z = A + iB.
  const real = Float64Array.from(estimate.data);
  const imaginary = Float64Array.from(truth.data);
  fft3d(real, imaginary, shape);
  const steps = shape.map((side, axis) => (side > 1 ? 1 / (side * voxelSizeUm[axis]) : 0));
  const width = Math.max(...steps);
  const nyquist = Math.min(
    ...voxelSizeUm.filter((_, axis) => shape[axis] > 1).map((side) => 1 / (2 * side)),
  );
  const shells = Math.max(1, Math.floor(nyquist / width + 1e-9) + 1);
  const sums = Array.from({ length: shells }, () => ({ cross: 0, a: 0, b: 0, count: 0 }));
  const [depth, height, columns] = shape;
  for (let z = 0; z < depth; z++) {
    const fz = signedIndex(z, depth) * steps[0];
    for (let y = 0; y < height; y++) {
      const fy = signedIndex(y, height) * steps[1];
      for (let x = 0; x < columns; x++) {
        const fx = signedIndex(x, columns) * steps[2];
        const shell = Math.round(Math.sqrt(fz * fz + fy * fy + fx * fx) / width);
        if (shell >= shells) continue;
        const here = (z * height + y) * columns + x;
        const mirror =
          (((depth - z) % depth) * height + ((height - y) % height)) * columns +
          ((columns - x) % columns);
        // A = (Z + Z'*)/2 and B = (Z - Z'*)/2i, Z' at the mirrored frequency.
        const aReal = (real[here] + real[mirror]) / 2;
        const aImaginary = (imaginary[here] - imaginary[mirror]) / 2;
        const bReal = (imaginary[here] + imaginary[mirror]) / 2;
        const bImaginary = (real[mirror] - real[here]) / 2;
        const sum = sums[shell];
        sum.cross += aReal * bReal + aImaginary * bImaginary;
        sum.a += aReal * aReal + aImaginary * aImaginary;
        sum.b += bReal * bReal + bImaginary * bImaginary;
        sum.count++;
      }
    }
  }
  const frequencyPerUm = sums.map((_, shell) => shell * width);
  const correlation = sums.map(({ cross, a, b }) =>
    a > 0 && b > 0 ? cross / Math.sqrt(a * b) : 0,
  );
  const resolutionUm = crossing(frequencyPerUm, correlation, options.threshold ?? 0.5);
  return { frequencyPerUm, correlation, count: sums.map(({ count }) => count), resolutionUm };
}

function signedIndex(index: number, side: number): number {
  return index <= side / 2 ? index : index - side;
}

/** Interpolates linearly between shells; skips shell 0, the mean. */
function crossing(
  frequency: readonly number[],
  correlation: readonly number[],
  threshold: number,
): number | null {
  for (let shell = 1; shell < frequency.length; shell++) {
    if (correlation[shell] >= threshold) continue;
    if (shell === 1) return 1 / frequency[1];
    const before = correlation[shell - 1];
    const part = (before - threshold) / (before - correlation[shell]);
    return 1 / (frequency[shell - 1] + part * (frequency[shell] - frequency[shell - 1]));
  }
  return null;
}
