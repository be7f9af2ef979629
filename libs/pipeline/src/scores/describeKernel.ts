import type { Volume } from '@blurcycle/core';
import { kernelMetrics, smoothGaussian } from '@blurcycle/metrics';

/**
 * Figures of the learned kernel beside the true one (gain times PSF), as it is and, under names
 * with `smoothed`, after a Gaussian filter that takes out the noise of the layer (Fig. 11; the true
 * kernel goes through the same filter). Null for a method that learns none.
 *
 * What cannot be told of a kernel, such as a width that its window cuts off, is left out, and so is
 * every comparison where the true kernel is not known.
 *
 * @param kernel - Null for a method that learns none.
 * @param truth - Null for recordings of a microscope that nobody has measured.
 * @param options - Standard deviation of the filter.
 */
export function describeKernel(
  kernel: Volume | null,
  truth: Volume | null,
  { sigmaVoxels }: { readonly sigmaVoxels: number },
): Record<string, number> | null {
  if (kernel === null) return null;
  const smooth = (volume: Volume): Volume => smoothGaussian(volume, sigmaVoxels);
  const smoothed = figuresOf(smooth(kernel), truth === null ? null : smooth(truth));
  const figures = {
    ...figuresOf(kernel, truth),
    smoothingSigmaVoxels: sigmaVoxels,
    ...Object.fromEntries(
      Object.entries(smoothed).map(([name, value]) => [prefixed('smoothed', name), value]),
    ),
  };
  const told = Object.entries(figures).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return Object.fromEntries(told);
}

function figuresOf(kernel: Volume, truth: Volume | null): Record<string, number | null> {
  const learned = truth === null ? kernelMetrics(kernel) : kernelMetrics(kernel, truth);
  const known = truth === null ? null : kernelMetrics(truth);
  return {
    sum: learned.sum,
    trueSum: known?.sum ?? null,
    negativeMass: learned.negativeMass,
    correlation: learned.correlation,
    ...byAxis('centroidUm', learned.centroidUm),
    ...byAxis('fwhmUm', learned.fwhmUm),
    ...byAxis('trueFwhmUm', known?.fwhmUm ?? null),
  };
}

function prefixed(prefix: string, name: string): string {
  return `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function byAxis(
  name: string,
  values: readonly (number | null)[] | null,
): Record<string, number | null> {
  const axes = ['Z', 'Y', 'X'];
  return Object.fromEntries(axes.map((axis, i) => [`${name}${axis}`, values?.[i] ?? null]));
}
