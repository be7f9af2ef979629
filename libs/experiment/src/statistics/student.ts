import { assertRange, mean, standardDeviation } from '@blurcycle/core';

/** Two limits, low ≤ high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Probability of every interval in tables and verdicts. */
const CONFIDENCE = 0.95;

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
 * Two-sided p of Student's t test that the true mean is `limit`: P(|T| ≥ |mean - limit| √n / s).
 *
 * @param values - Independent values, roughly normal.
 * @returns From 0 to 1; undefined for fewer than two values. Values that are all the same leave no
 *   doubt: 0, or 1 where they are the limit.
 */
export function studentProbability(values: readonly number[], limit: number): number | undefined {
  if (values.length < 2) return undefined;
  const distance = Math.abs(mean(values) - limit);
  const error = standardDeviation(values) / Math.sqrt(values.length);
  if (error === 0) return distance === 0 ? 1 : 0;
  return Math.max(0, 1 - centralProbability(distance / error, values.length - 1));
}

/**
 * Two-sided quantile of Student's t: the t for which |T| ≤ t has the given probability.
 *
 * The probability is a finite sum for whole degrees of freedom; bisection inverts it to double
 * precision.
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 *
 * @param probability - Between 0 and 1, 0.95 for a 95 % interval.
 * @param degreesOfFreedom - Whole number from 1 on.
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  const where = 'studentQuantile';
  assertRange(
    probability > 0 && probability < 1,
    where,
    'probability',
    'lie strictly between 0 and 1',
    probability,
  );
  const whole = Number.isSafeInteger(degreesOfFreedom) && degreesOfFreedom >= 1;
  assertRange(whole, where, 'degreesOfFreedom', 'be a whole number from 1 on', degreesOfFreedom);
  let low = 0;
  let high = 1;
  while (centralProbability(high, degreesOfFreedom) < probability) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (centralProbability(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
}

/** P(|T| ≤ t). */
function centralProbability(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degreesOfFreedom - 2; k += 2) {
    term *= ((k - 1) / k) * Math.cos(angle) ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/** Chance of a decision that `sampleSizeNeeded` asks for. */
const POWER = 0.8;
/** The largest answer of `sampleSizeNeeded`. */
export const SAMPLE_SIZE_LIMIT = 1000;

/**
 * How many independent values a t test needs to tell their mean from `limit`, at a spread and
 * distance like those of the values that exist: the smallest n with
 * (t₀.₉₇₅(n - 1) + t₀.₈(n - 1)) s / √n ≤ |mean - limit|. That is 80 % power at a two-sided level of
 * 5 %.
 *
 * @param values - At least two.
 * @returns At least 2; undefined where it is more than `SAMPLE_SIZE_LIMIT`.
 */
export function sampleSizeNeeded(values: readonly number[], limit: number): number | undefined {
  assertRange(values.length >= 2, 'sampleSizeNeeded', 'values', 'be at least two', values.length);
  const distance = Math.abs(mean(values) - limit);
  const spread = standardDeviation(values);
  // P(T ≤ t) = 0.8 where P(|T| ≤ t) = 0.6.
  const isEnough = (n: number): boolean =>
    ((studentQuantile(CONFIDENCE, n - 1) + studentQuantile(2 * POWER - 1, n - 1)) * spread) /
      Math.sqrt(n) <=
    distance;
  if (!isEnough(SAMPLE_SIZE_LIMIT)) return undefined;
  // The left side falls as n grows, so the smallest n is found by bisection.
  let [low, high] = [1, SAMPLE_SIZE_LIMIT];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Holm's adjustment of p values for the number of tests: with the p sorted upward, p₍ᵢ₎ becomes the
 * largest of (m - j + 1) p₍ⱼ₎ over j ≤ i, at most 1. Rejecting where the result is at most α keeps
 * the chance of any false rejection at α, whatever the tests have in common.
 *
 * Source: Holm, Scandinavian Journal of Statistics 6, 65-70 (1979).
 *
 * @param probabilities - One p for each test.
 * @returns The adjusted p in the same order.
 */
export function holmAdjusted(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, i) => i).sort((a, b) => probabilities[a] - probabilities[b]);
  const adjusted = new Array<number>(probabilities.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, (probabilities.length - rank) * probabilities[index]);
    adjusted[index] = Math.min(1, largest);
  });
  return adjusted;
}
