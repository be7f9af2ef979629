import { assertRange, createVolume, type Volume } from '@blurcycle/core';

/**
 * Smooths a volume with a 3-D Gaussian; zeros lie beyond the border.
 *
 * Weights up to 4 σ, normalized to unit sum; one pass along each axis.
 *
 * @param sigmaVoxels - Standard deviation in voxels, one for all axes or one each for z, y, x; 0
 *   leaves an axis unchanged.
 */
export function smoothGaussian(
  volume: Volume,
  sigmaVoxels: number | readonly [number, number, number],
): Volume {
  const sigmas =
    typeof sigmaVoxels === 'number' ? [sigmaVoxels, sigmaVoxels, sigmaVoxels] : sigmaVoxels;
  assertRange(
    sigmas.every((sigma) => sigma >= 0 && Number.isFinite(sigma)),
    'smoothGaussian',
    'sigmaVoxels',
    'be at least 0',
    sigmaVoxels,
  );
  const [, height, width] = volume.shape;
  const strides = [height * width, width, 1];
  let values = Float64Array.from(volume.data);
  sigmas.forEach((sigma, axis) => {
    if (sigma > 0)
      values = smoothAxis(values, volume.shape[axis], strides[axis], gaussianWeights(sigma));
  });
  return createVolume(volume.shape, volume.voxelSizeUm, Float32Array.from(values));
}

function smoothAxis(
  values: Float64Array,
  side: number,
  stride: number,
  weights: Float64Array,
): Float64Array<ArrayBuffer> {
  const radius = (weights.length - 1) / 2;
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const position = Math.floor(i / stride) % side;
    const first = Math.max(-radius, -position);
    const last = Math.min(radius, side - 1 - position);
    let sum = 0;
    for (let t = first; t <= last; t++) sum += weights[t + radius] * values[i + t * stride];
    result[i] = sum;
  }
  return result;
}

function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.ceil(4 * sigma);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-(((i - radius) / sigma) ** 2) / 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
