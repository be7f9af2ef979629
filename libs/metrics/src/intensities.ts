import { assertRange, formatValue, mean, sameShape, type Shape3 } from '@blurcycle/core';

/** Intensities on a grid: a `Volume`, or the same in double precision. */
export interface Intensities {
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape3;
}

/** What a score needs besides the volumes: no metric guesses the range of the intensities. */
export interface ScoreOptions {
  /**
   * Largest minus smallest possible intensity: 1 for images in [0, 1], 65535 for full 16-bit ones.
   */
  readonly dataRange: number;
}

/** Throws a `RuleError` unless both have one shape and the range is positive. */
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

/** Throws a `RuleError` unless both have one shape. */
export function assertComparable(where: string, estimate: Intensities, truth: Intensities): void {
  assertRange(
    sameShape(estimate.shape, truth.shape),
    where,
    'the shape of the estimate',
    `be that of the truth, ${formatValue(truth.shape)}`,
    estimate.shape,
  );
}

/** Mean over z of a score of single planes. */
export function meanOverPlanes(
  estimate: Intensities,
  truth: Intensities,
  score: (estimate: Intensities['data'], truth: Intensities['data']) => number,
): number {
  const depth = truth.shape[0];
  return mean(Array.from({ length: depth }, (_, z) => score(plane(estimate, z), plane(truth, z))));
}

/** Intensities of plane z; shares memory with the stack. */
export function plane(stack: Intensities, z: number): Intensities['data'] {
  const area = stack.shape[1] * stack.shape[2];
  return stack.data.subarray(z * area, (z + 1) * area);
}
