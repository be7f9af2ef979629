import { median, type Volume } from '@blurcycle/core';

/**
 * Standard deviation of voxel noise, from how much a voxel differs from the mean of its neighbours
 * along x.
 *
 * d = y[x] - (y[x-1] + y[x+1])/2 has variance 3/2 sigma^2 for white noise and hardly any signal
 * where the image is blurred; the median of |d| is not disturbed by the edges that remain. Rows of
 * fewer than three voxels give 0.
 * Source of the factor: median of |d| of a normal deviate is 0.6745 of its standard deviation.
 */
export function estimateNoise({ data, shape }: Volume): number {
  const width = shape[2];
  const differences: number[] = [];
  for (let i = 1; i + 1 < data.length; i++) {
    const x = i % width;
    if (x === 0 || x === width - 1) continue;
    differences.push(Math.abs(data[i] - (data[i - 1] + data[i + 1]) / 2));
  }
  return differences.length === 0 ? 0 : median(differences) / (0.6745 * Math.sqrt(1.5));
}
