import { assertRange, assertSameShape, type Volume } from '@blurcycle/core';

/** What a score must be told: no metric guesses the range of the intensities. */
export interface ScoreOptions {
  /** Largest minus smallest possible intensity: 1 for images in [0, 1], 65535 for full 16-bit ones. */
  readonly dataRange: number;
}

/** Throws unless both volumes have one shape and the range is positive. */
export function assertScorable(where: string, estimate: Volume, truth: Volume, options: ScoreOptions): void {
  assertSameShape(where, estimate, truth);
  assertRange(
    options.dataRange > 0 && Number.isFinite(options.dataRange),
    where,
    'dataRange',
    'be positive and finite',
    options.dataRange,
  );
}
