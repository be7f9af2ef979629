import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';

/** What was measured, and on what. */
export interface DeconvolutionBenchmark<Run> {
  readonly shape: Shape3;
  readonly psf: Shape3;
  readonly iterations: number;
  readonly runs: readonly Run[];
}

/** Updates of one run. */
export const ITERATIONS = 10;

/** What a benchmark of Richardson-Lucy deconvolves: noise, and a Gaussian PSF of sum 1. */
export function benchStacks(
  shape: Shape3,
  psfSide: number,
): { readonly observed: Volume; readonly psf: Volume } {
  const stream = createRandomStream(1, 'noise/bench');
  const observed = createVolume(shape, [0.2, 0.1, 0.1]);
  observed.data.forEach((_, i) => (observed.data[i] = stream.uniform() + 0.1));
  return { observed, psf: gaussian(psfSide) };
}

function gaussian(side: number): Volume {
  const psf = createVolume([side, side, side], [0.2, 0.1, 0.1]);
  const middle = (side - 1) / 2;
  const sigma = side / 12;
  const profile = (place: number): number =>
    Math.exp(-((place - middle) ** 2) / (2 * sigma * sigma));
  for (let z = 0, i = 0; z < side; z++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++, i++) psf.data[i] = profile(z) * profile(y) * profile(x);
    }
  }
  const total = psf.data.reduce((sum, value) => sum + value, 0);
  return createVolume(
    psf.shape,
    psf.voxelSizeUm,
    psf.data.map((value) => value / total),
  );
}
