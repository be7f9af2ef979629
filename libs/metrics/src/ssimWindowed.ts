import { assertRange, formatValue } from '@blurcycle/core';
import { assertScorable, plane, type Intensities, type ScoreOptions } from './intensities.ts';
import { similarity } from './ssim.ts';

/** A box of 7 voxels, or a Gaussian of σ = 1.5 voxels cut to 11. */
type SsimWindow = 'uniform' | 'gaussian';

export interface WindowedSsimOptions extends ScoreOptions {
  /** @defaultValue 'uniform' */
  readonly window?: SsimWindow;
}

/**
 * Mean structural similarity over sliding windows within each plane, averaged over all planes.
 *
 * The SSIM index (see `ssim`) of every window that lies inside the plane. The box uses sample
 * variances (n - 1 in the denominator, the default of scikit-image), the Gaussian weighted
 * variances (Wang et al.).
 *
 * Source: Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13, 600 (2004).
 *
 * @throws {RuleError} If a plane is smaller than the window.
 */
export function ssimWindowed2d(
  estimate: Intensities,
  truth: Intensities,
  options: WindowedSsimOptions,
): number {
  const weights = windowWeights(options.window ?? 'uniform');
  return slidingSsim('ssimWindowed2d', estimate, truth, options, weights, new Float64Array([1]));
}

/**
 * Mean structural similarity over sliding three-dimensional windows.
 *
 * As `ssimWindowed2d`, with cubes: 7 × 7 × 7 voxels, or a Gaussian cut to 11 × 11 × 11.
 *
 * @throws {RuleError} If a side is shorter than the window.
 */
export function ssimWindowed3d(
  estimate: Intensities,
  truth: Intensities,
  options: WindowedSsimOptions,
): number {
  const weights = windowWeights(options.window ?? 'uniform');
  return slidingSsim('ssimWindowed3d', estimate, truth, options, weights, weights);
}

function slidingSsim(
  where: string,
  estimate: Intensities,
  truth: Intensities,
  options: WindowedSsimOptions,
  lateral: Float64Array,
  axial: Float64Array,
): number {
  assertScorable(where, estimate, truth, options);
  const [depth, height, width] = truth.shape;
  const window = [axial.length, lateral.length, lateral.length];
  assertRange(
    truth.shape.every((side, axis) => side >= window[axis]),
    where,
    'the shape',
    `reach the window of ${formatValue(window)}`,
    truth.shape,
  );
  // Sample variances for the box, population variances for the Gaussian, as their authors do.
  const voxels = axial.length * lateral.length ** 2;
  const sample = options.window === 'gaussian' ? 1 : voxels / (voxels - 1);
  // Only the planes of the current window are kept, so a stack of any depth needs little memory.
  const recent: LocalMoments[] = [];
  let sum = 0;
  for (let z = 0; z < depth; z++) {
    recent.push(localMoments(plane(estimate, z), plane(truth, z), [height, width], lateral));
    if (recent.length > axial.length) recent.shift();
    if (recent.length === axial.length)
      sum += sumOverWindows(recent, axial, sample, options.dataRange);
  }
  const [{ height: rows, width: columns }] = recent;
  return sum / ((depth - axial.length + 1) * rows * columns);
}

function sumOverWindows(
  planes: readonly LocalMoments[],
  axial: Float64Array,
  sample: number,
  dataRange: number,
): number {
  // One moment after another: loops over one array each are the fast ones.
  const [a, b, aa, bb, ab] = planes[0].means.map((_, m) => {
    const sums = new Float64Array(planes[0].means[m].length);
    planes.forEach(({ means }, t) => addScaled(sums, means[m], axial[t]));
    return sums;
  });
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += similarity(
      a[i],
      b[i],
      sample * (aa[i] - a[i] * a[i]),
      sample * (bb[i] - b[i] * b[i]),
      sample * (ab[i] - a[i] * b[i]),
      dataRange,
    );
  }
  return sum;
}

function addScaled(sums: Float64Array, values: Float64Array, weight: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] += weight * values[i];
}

/** Weights of a window along one axis; they sum to 1. */
function windowWeights(window: SsimWindow): Float64Array {
  if (window === 'uniform') return new Float64Array(7).fill(1 / 7);
  const weights = Float64Array.from({ length: 11 }, (_, i) =>
    Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The five local means that SSIM needs: x, y, x², y², xy, each of `height` × `width` windows. */
interface LocalMoments {
  readonly means: readonly Float64Array[];
  readonly height: number;
  readonly width: number;
}

/** Weighted means over every window that lies inside a plane. */
function localMoments(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  sides: readonly [height: number, width: number],
  weights: Float64Array,
): LocalMoments {
  const [height, width] = sides;
  const taps = weights.length;
  const innerHeight = height - taps + 1;
  const innerWidth = width - taps + 1;
  const rows = Array.from({ length: 5 }, () => new Float64Array(width));
  const means = rows.map(() => new Float64Array(innerHeight * innerWidth));
  for (let top = 0; top < innerHeight; top++) {
    for (const row of rows) row.fill(0);
    for (let t = 0; t < taps; t++) addRow(rows, x, y, (top + t) * width, weights[t]);
    const first = top * innerWidth;
    means.forEach((mean, m) => {
      averageRow(mean.subarray(first, first + innerWidth), rows[m], weights);
    });
  }
  return { means, height: innerHeight, width: innerWidth };
}

/** Weighted means over the windows of a row. */
function averageRow(means: Float64Array, row: Float64Array, weights: Float64Array): void {
  for (let t = 0; t < weights.length; t++) {
    const weight = weights[t];
    for (let left = 0; left < means.length; left++) means[left] += weight * row[left + t];
  }
}

function addRow(
  rows: readonly Float64Array[],
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  first: number,
  weight: number,
): void {
  const [sumX, sumY, sumXX, sumYY, sumXY] = rows;
  for (let i = 0; i < sumX.length; i++) {
    const a = x[first + i];
    const b = y[first + i];
    sumX[i] += weight * a;
    sumY[i] += weight * b;
    sumXX[i] += weight * a * a;
    sumYY[i] += weight * b * b;
    sumXY[i] += weight * a * b;
  }
}
