import { assertRange, sameShape, type Shape3 } from '@blurcycle/core';

/** Intensities on a grid: a `Volume`, or the same in double precision. */
export interface Intensities {
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape3;
}

/** What a score must be told: no metric guesses the range of the intensities. */
export interface ScoreOptions {
  /**
   * Largest minus smallest possible intensity: 1 for images in [0, 1], 65535 for full 16-bit ones.
   */
  readonly dataRange: number;
}

/** Throws unless both have one shape and the range is positive. */
export function assertScorable(
  where: string,
  estimate: Intensities,
  truth: Intensities,
  options: ScoreOptions,
): void {
  assertComparable(where, estimate, truth);
  assertRange(
    options.dataRange > 0 && Number.isFinite(options.dataRange),
    where,
    'dataRange',
    'be positive and finite',
    options.dataRange,
  );
}

/** Throws unless both have one shape. */
export function assertComparable(where: string, estimate: Intensities, truth: Intensities): void {
  const rule = `be that of the truth, [${truth.shape.join(', ')}]`;
  assertRange(
    sameShape(estimate.shape, truth.shape),
    where,
    'the shape of the estimate',
    rule,
    estimate.shape,
  );
}
