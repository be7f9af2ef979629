import { assertRange, createVolume, type RandomStream, type Volume } from '@blurcycle/core';

/**
 * A volume with a camera's read noise: ỹ = y + σ n, n standard normal.
 *
 * Nothing is clipped: dark voxels go below zero, as they do in a recording whose camera offset has
 * been taken away.
 *
 * @param sigma - Standard deviation in units of intensity; 0 adds nothing.
 * @param stream - One stream for each volume, named after it.
 */
export function addReadNoise(volume: Volume, sigma: number, stream: RandomStream): Volume {
  assertRange(
    sigma >= 0 && Number.isFinite(sigma),
    'addReadNoise',
    'sigma',
    'not be negative',
    sigma,
  );
  if (sigma === 0) return volume;
  const data = volume.data.map((value) => value + sigma * stream.normal());
  return createVolume(volume.shape, volume.voxelSizeUm, data);
}
