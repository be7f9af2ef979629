import { assertRange } from '@blurcycle/core';
import { plane } from './planes.ts';
import { assertScorable, type Intensities, type ScoreOptions } from './scoreOptions.ts';
import { similarity } from './ssim.ts';
import { localMoments, windowWeights, type LocalMoments, type SsimWindow } from './ssimWindows.ts';

export interface WindowedSsimOptions extends ScoreOptions {
  /** Box of 7 voxels, or Gaussian of σ = 1.5 voxels cut to 11. @defaultValue 'uniform' */
  readonly window?: SsimWindow;
}

/**
 * Mean structural similarity over sliding windows within each plane, averaged over all planes.
 *
 * The SSIM index (see `ssim`) of every window that lies inside the plane. The box takes sample
 * variances (n - 1 in the denominator, the default of scikit-image), the Gaussian weighted ones
 * (Wang et al.).
 *
 * Source: Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13, 600 (2004).
 *
 * @throws {RangeError} If a plane is smaller than the window.
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
 * @throws {RangeError} If a side is shorter than the window.
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
    `reach the window of [${window.join(', ')}]`,
    truth.shape,
  );
  // Sample variances for the box, weighted (population) ones for the Gaussian: each as its authors
  // have it.
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
  const moments = new Float64Array(5);
  const count = planes[0].means[0].length;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    moments.fill(0);
    for (let t = 0; t < axial.length; t++) {
      for (let m = 0; m < 5; m++) moments[m] += axial[t] * planes[t].means[m][i];
    }
    const [a, b, aa, bb, ab] = moments;
    sum += similarity(
      a,
      b,
      sample * (aa - a * a),
      sample * (bb - b * b),
      sample * (ab - a * b),
      dataRange,
    );
  }
  return sum;
}
