import {
  assertRange,
  assertSameShape,
  createVolume,
  type RandomStream,
  type Volume,
} from '@blurcycle/core';
import { poissonDeviate } from './deviates.ts';

/**
 * Adds photon noise, the noise of a perfect camera: ỹ = Poisson(N max(y, 0)) / N.
 *
 * The mean of ỹ is y and its variance y / N: nothing is clipped or rescaled. Negative values, which
 * rounding leaves in a blurred volume, count as zero.
 *
 * @param photons - Photons N at intensity 1; null adds no noise.
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

/**
 * Adds the read noise of a camera: ỹ = y + σ n, n standard normal.
 *
 * Nothing is clipped: dark voxels become negative, as in a recording after subtraction of the
 * camera offset.
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

/** Result of `calibrateReadNoise`. */
export interface ReadNoiseCalibration {
  /**
   * Standard deviation of the read noise; 0 when photon noise alone leaves the target SNR or less.
   */
  readonly readNoiseSigma: number;
  /** Average SNR in dB of photon noise alone; Infinity without. */
  readonly photonSnrDb: number;
  /** False when photon noise alone is already worse than the target. */
  readonly reachable: boolean;
}

/**
 * Finds the read noise that brings the average SNR of recorded volumes to a target.
 *
 * 10^(SNR/10) = Σ y² / (Σ (ỹ - y)² + n σ²) solved for σ: y the blurred volumes, ỹ the same after
 * photon noise, both sums over all n voxels of all volumes, one camera for all of them. Photon
 * noise enters as drawn, so the SNR varies with the read noise alone: by at most 8.7 / √(2n) dB,
 * 0.01 dB for 16x64x64 voxels.
 *
 * @param clean - Volumes before noise.
 * @param counted - The same volumes with photon noise, in the same order.
 * @param targetSnrDb - Average SNR in dB, or Infinity for no read noise.
 */
export function calibrateReadNoise(
  clean: readonly Volume[],
  counted: readonly Volume[],
  targetSnrDb: number,
): ReadNoiseCalibration {
  const where = 'calibrateReadNoise';
  assertRange(
    targetSnrDb >= 0,
    where,
    'targetSnrDb',
    'not be negative',
    targetSnrDb,
    '0 dB is as much noise as signal',
  );
  const { signal, noise, voxels } = sumSquares(where, clean, counted);
  assertRange(signal > 0, where, 'clean', 'hold some light', signal);
  const allowed = signal / 10 ** (targetSnrDb / 10);
  return {
    readNoiseSigma: Math.sqrt(Math.max(0, allowed - noise) / voxels),
    photonSnrDb: 10 * Math.log10(signal / noise),
    reachable: allowed >= noise,
  };
}

/**
 * Average signal-to-noise ratio of noisy volumes in dB: 10 log10(Σ y² / Σ (ỹ - y)²), both sums over
 * all voxels of all volumes.
 *
 * One pair gives the paper's average SNR of an image. Infinity without noise.
 *
 * @param clean - Blurred volumes y before noise.
 * @param noisy - The same volumes ỹ with noise, in the same order.
 */
export function averageSnrDb(clean: readonly Volume[], noisy: readonly Volume[]): number {
  const { signal, noise } = sumSquares('averageSnrDb', clean, noisy);
  return 10 * Math.log10(signal / noise);
}

/**
 * Peak signal-to-noise ratio of photon noise in dB: 20 log10(N / √N) = 10 log10 N at the brightest
 * voxel.
 *
 * @param peakCounts - Photons N at the brightest voxel; the paper's 256 give 24.08 dB.
 */
export function peakSnrDb(peakCounts: number): number {
  assertRange(peakCounts > 0, 'peakSnrDb', 'peakCounts', 'be positive', peakCounts);
  return 10 * Math.log10(peakCounts);
}

/** Σ y², Σ (ỹ - y)² and the number of voxels of a set of volumes. */
function sumSquares(
  where: string,
  clean: readonly Volume[],
  noisy: readonly Volume[],
): { readonly signal: number; readonly noise: number; readonly voxels: number } {
  assertRange(clean.length > 0, where, 'clean', 'hold a volume', clean.length);
  assertRange(
    clean.length === noisy.length,
    where,
    'noisy.length',
    `equal ${clean.length}`,
    noisy.length,
  );
  let [signal, noise, voxels] = [0, 0, 0];
  clean.forEach((volume, v) => {
    assertSameShape(where, volume, noisy[v]);
    const other = noisy[v].data;
    voxels += other.length;
    for (let i = 0; i < other.length; i++) {
      signal += volume.data[i] ** 2;
      noise += (other[i] - volume.data[i]) ** 2;
    }
  });
  return { signal, noise, voxels };
}
