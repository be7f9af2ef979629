import { mean } from '@blurcycle/core';

/** One point of a curve: a value after so many generator updates. */
export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/**
 * Thins a curve to at most `maxPoints` by averaging runs of consecutive points, so that no part of
 * it is left out.
 *
 * Each point of the result stands at the last step of its run. A curve that is short enough is
 * returned as it is.
 */
export function binCurve(points: readonly CurvePoint[], maxPoints: number): readonly CurvePoint[] {
  const size = binSize(points.length, maxPoints);
  if (size === 1) return points;
  const bins: CurvePoint[] = [];
  for (let from = 0; from < points.length; from += size) {
    const run = points.slice(from, from + size);
    bins.push({ step: run[run.length - 1].step, value: mean(run.map(({ value }) => value)) });
  }
  return bins;
}

/** How many consecutive points `binCurve` averages into one. */
export function binSize(pointCount: number, maxPoints: number): number {
  return Math.max(1, Math.ceil(pointCount / maxPoints));
}
