/** Agreement of an estimate with the data after a number of updates. */
export interface IterationStatistics {
  /** Number of updates; 0 is the start. */
  readonly iteration: number;
  /**
   * Csiszar's I-divergence of the data from the expected image: mean over voxels of y ln(y/m) - y +
   * m, at least 0.
   */
  readonly iDivergence: number;
  /** Root mean square of data minus expected image. */
  readonly residual: number;
  /** Sum of the estimate inside the image. */
  readonly flux: number;
  /** Sum of absolute changes in the last update over the sum before it; 0 at the start. */
  readonly relativeChange: number;
}

/**
 * Statistics of an estimate.
 *
 * @param observed - Data y.
 * @param expected - Expected image m = H x + b of the estimate.
 * @param estimate - Estimate x inside the image.
 */
export function iterationStatistics(
  iteration: number,
  observed: Float32Array,
  expected: Float32Array,
  estimate: Float32Array,
  relativeChange: number,
): IterationStatistics {
  let divergence = 0;
  let squares = 0;
  for (let i = 0; i < observed.length; i++) {
    const y = observed[i];
    const m = expected[i];
    divergence += (y > 0 ? y * Math.log(y / m) : 0) - y + m;
    squares += (y - m) ** 2;
  }
  const flux = estimate.reduce((sum, value) => sum + value, 0);
  return {
    iteration,
    iDivergence: divergence / observed.length,
    residual: Math.sqrt(squares / observed.length),
    flux,
    relativeChange,
  };
}
