import { mean } from '@blurcycle/core';
import type { VolumeScores } from '../records/records.ts';
import type { ScoreSummary } from '../records/table.ts';
import { type Interval, studentInterval, studentProbability } from './student.ts';

/** Scores of the test volumes of one run. */
export interface RunScores {
  /**
   * Seed of the run, and of its data where each seed has its own; null for what is the same for
   * every seed.
   */
  readonly seed: number | null;
  /**
   * What the specimens of the test volumes are: two runs with the same value were tested on the
   * same ones, under one condition or under several.
   */
  readonly data: string;
  readonly volumes: readonly VolumeScores[];
  /** Figures of the learned kernel; absent or null where none is learned. */
  readonly kernel?: Readonly<Record<string, number>> | null;
}

/** All scores of one row of a table. */
export interface RowScores {
  /** As rules name it: `proposed`, `proposed@snr-20`. */
  readonly id: string;
  /** Whether the chance of a training is in the scores. */
  readonly trained: boolean;
  /** One entry for each seed; a single one with the seed null pairs with every seed. */
  readonly runs: readonly RunScores[];
}

/** Starts the name of a figure of a learned kernel: `kernel.correlation`. */
export const KERNEL_PREFIX = 'kernel.';

/** The value of a score: the mean over seeds and volumes of a metric, or of a kernel's figure. */
export type ScoreOf = (metric: string, row: string) => number;

/** The independent values of a quantity that its interval is made of. */
export interface Samples {
  /** One value for each seed; none where seeds do not count. */
  readonly seeds: readonly number[];
  /** One value for each test volume, the mean over seeds; none where each seed has its own. */
  readonly volumes: readonly number[];
}

/**
 * The values of a quantity over seeds and over test volumes, both paired: all rows give the scores
 * of the same seed or volume.
 *
 * Where every seed has specimens of its own, a seed is the independent unit, and nothing is told
 * over volumes. Where seeds share their specimens, either source of chance alone can overturn a
 * result, and there are both.
 *
 * @param rows - Only those that the quantity names.
 * @param quantity - Is given a function that looks scores up.
 * @param about - `trained-models`: seeds do not count, these models are meant.
 */
export function samplesOf(
  rows: readonly RowScores[],
  quantity: (score: ScoreOf) => number,
  about: 'method' | 'trained-models' = 'method',
): Samples {
  const seeds = commonSeeds(rows);
  const evaluate = (ofSeeds: readonly (number | null)[], volumes: readonly string[]): number =>
    quantity((metric, row) => meanScore(rows, metric, row, ofSeeds, volumes));
  if (about === 'method' && haveOwnData(rows, seeds)) {
    return {
      seeds: seeds.map((seed) => evaluate([seed], commonVolumes(rows, [seed]))),
      volumes: [],
    };
  }
  const volumes = seeds.length === 0 ? [] : commonVolumes(rows, seeds);
  return {
    seeds: about === 'method' ? seeds.map((seed) => evaluate([seed], volumes)) : [],
    volumes: volumes.map((volume) => evaluate(seeds, [volume])),
  };
}

/** Seeds that every row has; `[null]` where no row has any. */
function commonSeeds(rows: readonly RowScores[]): readonly (number | null)[] {
  const seeded = rows.filter(({ runs }) => runs.every(({ seed }) => seed !== null));
  if (seeded.length === 0) return [null];
  const [first, ...others] = seeded.map(({ runs }) => runs.map(({ seed }) => seed));
  return first.filter((seed) => others.every((list) => list.includes(seed)));
}

function runOf({ runs }: RowScores, seed: number | null): RunScores | undefined {
  return runs.find((run) => run.seed === null || run.seed === seed);
}

/** Whether no two seeds of any row have the same specimens. */
function haveOwnData(rows: readonly RowScores[], seeds: readonly (number | null)[]): boolean {
  if (seeds.length < 2) return false;
  return rows.every(
    (row) => new Set(seeds.map((seed) => runOf(row, seed)?.data)).size === seeds.length,
  );
}

/** Ids of the test volumes that the runs of all rows with these seeds have. */
function commonVolumes(
  rows: readonly RowScores[],
  seeds: readonly (number | null)[],
): readonly string[] {
  const [first, ...others] = rows.flatMap((row) =>
    seeds.map((seed) => (runOf(row, seed)?.volumes ?? []).map(({ volume }) => volume)),
  );
  return first.filter((volume) => others.every((list) => list.includes(volume)));
}

function meanScore(
  rows: readonly RowScores[],
  metric: string,
  rowId: string,
  seeds: readonly (number | null)[],
  volumes: readonly string[],
): number {
  const row = rows.find(({ id }) => id === rowId);
  return mean(
    seeds.map((seed) => {
      const run = row === undefined ? undefined : runOf(row, seed);
      if (metric.startsWith(KERNEL_PREFIX)) {
        return run?.kernel?.[metric.slice(KERNEL_PREFIX.length)] ?? NaN;
      }
      if (volumes.length === 0) return NaN;
      const scores = new Map(run?.volumes.map((entry) => [entry.volume, entry.scores]));
      return mean(volumes.map((volume) => scores.get(volume)?.[metric] ?? NaN));
    }),
  );
}

/** A mean with the limits of its 95 % interval, and what the interval is over. */
export type Estimate = Omit<ScoreSummary, 'values'>;

/**
 * The mean and its 95 % interval: Student's t over seeds where there are several, else over test
 * volumes. Where several seeds share their test volumes, the interval reaches from the lower of the
 * two low ends to the higher of the two high ends.
 */
export function estimate(samples: Samples): Estimate {
  const { seeds, volumes } = samples;
  const over = seeds.length > 1 || volumes.length === 0 ? 'seeds' : 'volumes';
  const values = over === 'seeds' ? seeds : volumes;
  const intervals = countedLists(samples)
    .map(studentInterval)
    .filter((interval): interval is Interval => interval !== undefined);
  const [low, high] =
    intervals.length === 0
      ? [null, null]
      : [
          Math.min(...intervals.map((interval) => interval.low)),
          Math.max(...intervals.map((interval) => interval.high)),
        ];
  const both = over === 'seeds' && volumes.length > 1 ? { volumes: volumes.length } : {};
  return { mean: mean(values), low, high, n: values.length, over, ...both };
}

/**
 * Two-sided p that the true mean is `limit`, by Student's t: over seeds or volumes as in
 * `estimate`, the larger of both where both count. It is at most 0.05 where the interval leaves the
 * limit out.
 *
 * @returns Undefined where there is no interval.
 */
export function probabilityOf(samples: Samples, limit: number): number | undefined {
  const found = countedLists(samples)
    .map((values) => studentProbability(values, limit))
    .filter((probability): probability is number => probability !== undefined);
  return found.length === 0 ? undefined : Math.max(...found);
}

/** The lists of values that an interval is made of. */
function countedLists({ seeds, volumes }: Samples): (readonly number[])[] {
  return seeds.length > 1 ? [seeds, volumes] : [volumes];
}

/**
 * Mean and 95 % t interval of every metric of a row: that of a claim whose rule is this one score.
 *
 * With several seeds the interval is about the method. With one seed, or none, it is about that
 * model, and says so in `over`.
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
  const samples = samplesOf([row], (score) => score(metric, row.id));
  const summary = estimate(samples);
  return { ...summary, values: summary.over === 'seeds' ? samples.seeds : samples.volumes };
}
