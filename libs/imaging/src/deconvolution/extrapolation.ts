import type { Convolver, Extrapolation } from '@blurcycle/compute/transforms';

/** Extrapolation of Biggs and Andrews over the updates of one estimate. */
interface RunningExtrapolation {
  /** Of the next update. */
  readonly current: () => Extrapolation;
  /**
   * Takes note of an update.
   *
   * @param estimate - What it left behind as the estimate before.
   * @returns The new estimate.
   */
  readonly advance: (estimate: Float32Array, sums: ReturnType<Convolver['update']>) => Float32Array;
}

/** The factor that the sums of an update give the next one. */
export function extrapolationFactor({
  along,
  square,
}: Pick<ReturnType<Convolver['update']>, 'along' | 'square'>): number {
  // Below 1, as the paper demands; at 1 the extrapolation is no longer damped.
  return square > 0 ? Math.min(Math.max(along / square, 0), 0.999) : 0;
}

/**
 * The factor is <g_k, g_(k-1)> / <g_(k-1), g_(k-1)>, g_k the step of update k; 0 for the first two,
 * and when two steps oppose each other.
 *
 * Memory: two volumes of `voxels`.
 *
 * @param spare - A volume to overwrite and keep instead of a new one.
 */
export function createExtrapolation(
  voxels: number,
  spare: Float32Array = new Float32Array(voxels),
): RunningExtrapolation {
  const step = spare.fill(0);
  let before: Float32Array = new Float32Array(voxels);
  let factor = 0;
  return {
    current: () => ({ factor, before, step }),
    advance(estimate, sums) {
      factor = extrapolationFactor(sums);
      const next = before;
      before = estimate;
      return next;
    },
  };
}
