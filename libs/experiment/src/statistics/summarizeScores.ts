import { mean } from '@blurcycle/core';
import type { VolumeScores } from '../records/records.ts';
import type { ScoreSummary } from '../records/table.ts';
import { studentInterval } from './interval.ts';

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
