import { assertRange, type Volume } from '@blurcycle/core';
import { sumSquares } from './signalToNoise.ts';

/** What `calibrateReadNoise` found. */
export interface ReadNoiseCalibration {
  /**
   * Standard deviation of the read noise; 0 when photon noise alone leaves no more than the target.
   */
  readonly readNoiseSigma: number;
  /** Average SNR in dB of photon noise alone; Infinity without. */
  readonly photonSnrDb: number;
  /** False when photon noise alone is already worse than the target. */
  readonly reachable: boolean;
}

/**
 * The read noise that brings the average SNR of recorded volumes to a target.
 *
 * 10^(SNR/10) = Σ y² / (Σ (ỹ - y)² + n σ²) solved for σ: y the blurred volumes, ỹ the same after
 * photon noise, both sums over all n voxels of all volumes, one camera for all of them. Photon
 * noise enters as it came out, so only the read noise itself is left to chance: at most 8.7 / √(2n)
 * dB, 0.01 dB for 16x64x64 voxels.
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
