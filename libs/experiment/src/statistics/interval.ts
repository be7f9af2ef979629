import { mean, standardDeviation, type RandomStream } from '@blurcycle/core';
import { studentQuantile } from './studentQuantile.ts';

/** Two limits, low ≤ high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Probability of every interval in tables and verdicts. */
export const CONFIDENCE = 0.95;

/**
 * Student's t interval of the mean: mean ± t(n - 1) s / √n.
 *
 * @param values - Independent values, roughly normal.
 * @returns The 95 % interval; undefined for fewer than two values.
 */
export function studentInterval(values: readonly number[]): Interval | undefined {
  if (values.length < 2) return undefined;
  const center = mean(values);
  const half =
    (studentQuantile(CONFIDENCE, values.length - 1) * standardDeviation(values)) /
    Math.sqrt(values.length);
  return { low: center - half, high: center + half };
}

/**
 * Percentile bootstrap interval of a statistic of n items.
 *
 * Items are drawn with replacement; a statistic of several samples that takes the same items of
 * each is paired.
 *
 * @param count - Number of items n.
 * @param statistic - Value for a drawn list of n item indices.
 * @param stream - Where the draws come from.
 * @param resamples - Number of draws. @defaultValue 2000
 * @returns The 95 % interval; undefined for fewer than two items.
 */
export function bootstrapInterval(
  count: number,
  statistic: (items: readonly number[]) => number,
  stream: RandomStream,
  resamples = 2000,
): Interval | undefined {
  if (count < 2) return undefined;
  const values = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    values[i] = statistic(Array.from({ length: count }, () => stream.integer(count)));
  }
  values.sort();
  return {
    low: quantile(values, (1 - CONFIDENCE) / 2),
    high: quantile(values, (1 + CONFIDENCE) / 2),
  };
}

/** Linear interpolation between the two nearest of the sorted values. */
function quantile(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
