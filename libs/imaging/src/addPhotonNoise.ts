import { assertRange, createVolume, type RandomStream, type Volume } from '@blurcycle/core';
import { poissonDeviate } from './poissonDeviate.ts';

/**
 * A volume as a perfect camera counts it: ỹ = Poisson(N max(y, 0)) / N, in units of intensity.
 *
 * The mean of ỹ is y and its variance y / N: nothing is clipped or rescaled. Negative light does
 * not exist; what rounding leaves below zero in a blurred volume counts as none.
 *
 * @param photons - Photons N at intensity 1; null counts without noise.
 * @param stream - One stream for each volume, named after it, so that every method sees the same
 *   noise.
 */
export function addPhotonNoise(
  volume: Volume,
  photons: number | null,
  stream: RandomStream,
): Volume {
  if (photons === null) return volume;
  assertRange(photons > 0, 'addPhotonNoise', 'photons', 'be positive or null', photons);
  const data = Float32Array.from(
    volume.data,
    (value) => poissonDeviate(stream, photons * Math.max(value, 0)) / photons,
  );
  return createVolume(volume.shape, volume.voxelSizeUm, data);
}
