import { assertRange, mean, type RandomStream, standardDeviation } from '@blurcycle/core';
import type { VolumeScores } from '../records/records.ts';
import type { ScoreSummary } from '../records/table.ts';

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

/** Scores of the test volumes of one run. */
export interface RunScores {
  /** Seed of the run; null for the input, which nothing was trained for. */
  readonly seed: number | null;
  readonly volumes: readonly VolumeScores[];
}

/** All scores of one row of a table. */
export interface RowScores {
  /** As rules name it: `proposed`, `proposed@snr-20`. */
  readonly id: string;
  /** One entry for each seed. */
  readonly runs: readonly RunScores[];
}

/**
 * Mean and 95 % t interval of every metric of a row.
 *
 * With several seeds the values are the means of the seeds over their volumes: the interval is
 * about the method. With one seed, or none, the values are the single volumes: the interval is
 * about that model, and says so in `over`.
 *
 * @returns Metric name to summary; a metric counts only where every volume of every run has it.
 */
export function summarizeScores(row: RowScores): Record<string, ScoreSummary> {
  const all = row.runs.flatMap((run) => run.volumes);
  const metrics = Object.keys(all[0]?.scores ?? {}).filter((metric) =>
    all.every(({ scores }) => metric in scores),
  );
  return Object.fromEntries(metrics.map((metric) => [metric, summarize(row, metric)]));
}

function summarize(row: RowScores, metric: string): ScoreSummary {
  const bySeed = row.runs.map((run) => run.volumes.map(({ scores }) => scores[metric]));
  const over = bySeed.length > 1 ? 'seeds' : 'volumes';
  const values = over === 'seeds' ? bySeed.map(mean) : bySeed[0];
  const interval = studentInterval(values);
  const { low = null, high = null } = interval ?? {};
  return { mean: mean(values), low, high, n: values.length, over, values };
}
