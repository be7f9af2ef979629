import { assertRange } from './errors.ts';

/**
 * Arithmetic mean.
 *
 * @throws {RuleError} For an empty sample.
 */
export function mean(values: ArrayLike<number>): number {
  assertRange(values.length > 0, 'mean', 'values', 'not be empty', values.length);
  return sum(values) / values.length;
}

/** Sum, by a loop: ten times as fast as `reduce` on the millions of voxels of a stack. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** Place of the first value that is NaN or infinite, -1 where there is none. */
export function findNotFinite(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

/**
 * Sample standard deviation, with n - 1 in the denominator.
 *
 * @throws {RuleError} For fewer than two values.
 */
export function standardDeviation(values: ArrayLike<number>): number {
  assertRange(
    values.length > 1,
    'standardDeviation',
    'values',
    'hold at least two numbers',
    values.length,
  );
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - center) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/**
 * Median; the mean of the two middle values for an even count.
 *
 * @throws {RuleError} For an empty sample.
 */
export function median(values: ArrayLike<number>): number {
  assertRange(values.length > 0, 'median', 'values', 'not be empty', values.length);
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Pearson correlation of two lists of one length.
 *
 * @returns In [-1, 1]; NaN where one of them does not vary.
 */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assertRange(a.length === b.length, 'correlation', 'b', `hold ${a.length} values`, b.length);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Smallest and largest value, for a stack of any size: `Math.max(...values)` has a limit. */
export function extent(values: ArrayLike<number>): readonly [minimum: number, maximum: number] {
  assertRange(values.length > 0, 'extent', 'values', 'not be empty', values.length);
  let minimum = Infinity;
  let maximum = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return [minimum, maximum];
}
