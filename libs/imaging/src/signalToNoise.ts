import { assertRange, assertSameShape, type Volume } from '@blurcycle/core';

/**
 * Average signal-to-noise ratio of noisy volumes in dB: 10 log10(Σ y² / Σ (ỹ - y)²), both sums over
 * all voxels of all volumes.
 *
 * One pair gives the paper's average SNR of an image. Infinity where nothing was added.
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
export function sumSquares(
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
