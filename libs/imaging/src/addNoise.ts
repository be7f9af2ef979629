import { assertRange, createVolume, type RandomStream, type Volume } from '@blurcycle/core';
import { poissonDeviate } from './poissonDeviate.ts';

/** The noise of a camera. */
export interface CameraNoise {
  /** Photons that intensity 1 stands for; null leaves photon noise out. */
  readonly poissonPeakCounts: number | null;
  /** Standard deviation of the read noise, in units of intensity. */
  readonly readNoiseSigma: number;
}

/**
 * A volume as a camera records it: photon counts, then read noise, in units of intensity.
 *
 * ỹ = Poisson(N max(y, 0)) / N + σ n, with N = `poissonPeakCounts`, σ = `readNoiseSigma`, n standard normal.
 *
 * The mean of ỹ is y: the recording stays linear, nothing is clipped or rescaled, and dark voxels go below zero as they do once a
 * camera's offset is taken away. Negative light does not exist; what rounding of the transforms leaves below zero counts as none.
 *
 * @param stream - One stream for each volume, named after it, so that every method sees the same noise.
 */
export function addNoise(volume: Volume, noise: CameraNoise, stream: RandomStream): Volume {
  const { poissonPeakCounts: peak, readNoiseSigma: sigma } = noise;
  assertRange(peak === null || peak > 0, 'addNoise', 'poissonPeakCounts', 'be positive or null', peak);
  assertRange(sigma >= 0 && Number.isFinite(sigma), 'addNoise', 'readNoiseSigma', 'not be negative', sigma);
  const data = Float32Array.from(volume.data, (value) => {
    const counted = peak === null ? value : poissonDeviate(stream, peak * Math.max(value, 0)) / peak;
    return sigma === 0 ? counted : counted + sigma * stream.normal();
  });
  return createVolume(volume.shape, volume.voxelSizeUm, data);
}
