import { assertRange, type Volume } from '@blurcycle/core';

/** What `calibrateReadNoise` found. */
export interface ReadNoiseCalibration {
  /** Standard deviation of the read noise, 0 when photon noise alone is at or below the target. */
  readonly readNoiseSigma: number;
  /** Average SNR in dB that is to be expected with this read noise. */
  readonly expectedSnrDb: number;
  /** Average SNR in dB of photon noise alone. */
  readonly photonSnrDb: number;
  /** False when photon noise alone is already worse than the target. */
  readonly reachable: boolean;
}

/**
 * The read noise that brings the average SNR of blurred volumes to a target.
 *
 * SNR = Σy² / (Σy/N + n σ²): the photon noise of a voxel has the variance y / N (N = `poissonPeakCounts`), the read noise σ².
 * Solved for σ; the sums run over all n voxels of all volumes, one camera for all of them. The realized SNR differs from the
 * expected one by about 8.7 / √(2n) dB, 0.01 dB for one volume of 48x128x128.
 *
 * @param blurred - Volumes before noise.
 * @param targetSnrDb - Average SNR in dB, or Infinity for no read noise.
 * @param poissonPeakCounts - Photons at intensity 1; null for no photon noise.
 */
export function calibrateReadNoise(
  blurred: readonly Volume[],
  targetSnrDb: number,
  poissonPeakCounts: number | null,
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
  let power = 0;
  let light = 0;
  let voxels = 0;
  for (const { data } of blurred) {
    voxels += data.length;
    for (const value of data) {
      power += value * value;
      light += Math.max(value, 0);
    }
  }
  assertRange(power > 0, where, 'blurred', 'hold some light', power);
  const photonVariance = poissonPeakCounts === null ? 0 : light / poissonPeakCounts;
  const allowed = power / 10 ** (targetSnrDb / 10);
  const readVariance = Math.max(0, allowed - photonVariance);
  return {
    readNoiseSigma: Math.sqrt(readVariance / voxels),
    expectedSnrDb: 10 * Math.log10(power / (photonVariance + readVariance)),
    photonSnrDb: 10 * Math.log10(power / photonVariance),
    reachable: allowed >= photonVariance,
  };
}
