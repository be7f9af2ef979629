/**
 * @file The scores of an estimate, one entry each: what a score is called, how it is shown and how
 *   it is computed. Whatever scores, tabulates or draws results reads this list, so a new metric is
 *   one entry.
 */

import type { Volume } from '@blurcycle/core';
import type { ScoreOptions } from './intensities.ts';
import { nrmse, psnr, psnrAffine, psnrPerSlice } from './psnr.ts';
import { psnrRegistered } from './psnrRegistered.ts';
import { relativeResidual } from './relativeResidual.ts';
import { ssim, ssimPerSlice } from './ssim.ts';
import { ssimWindowed2d, ssimWindowed3d } from './ssimWindowed.ts';

/** An estimate and what it can be compared with, all in the same intensities. */
export interface Scored {
  readonly estimate: Volume;
  /** null where it is not known, as for real microscope stacks. */
  readonly truth: Volume | null;
  /** The data that the estimate was made from; null where they are not given. */
  readonly blurred: Volume | null;
  /**
   * The estimate blurred by the kernel of the data, without background; null where that is not
   * known. Called only if a metric needs it; `computeScores` calls it at most once.
   */
  readonly reblurred: () => Volume | null;
}

/** A score: its name in records, how tables and figures show it, and how it is computed. */
export interface Metric {
  /** Name in settings and stored records; never changed. */
  readonly name: string;
  readonly label: string;
  readonly unit: 'dB' | null;
  readonly better: 'higher' | 'lower';
  /** Digits after the decimal point. */
  readonly digits: number;
  /** The score, or undefined where the metric does not apply. */
  readonly compute: (scored: Scored, options: ScoreOptions) => number | undefined;
}

/** A metric that needs the truth and does not apply without one. */
function againstTruth(
  score: (estimate: Volume, truth: Volume, options: ScoreOptions) => number,
): Metric['compute'] {
  return ({ estimate, truth }, options) =>
    truth === null ? undefined : score(estimate, truth, options);
}

/**
 * Every metric that results hold, in the order of their tables; the first two are the paper's.
 *
 * The residual of the blurred estimate stands in for the others where no truth is known.
 */
export const METRICS: readonly Metric[] = [
  {
    name: 'psnr',
    label: 'PSNR',
    unit: 'dB',
    better: 'higher',
    digits: 2,
    compute: againstTruth(psnr),
  },
  {
    name: 'ssim',
    label: 'SSIM',
    unit: null,
    better: 'higher',
    digits: 4,
    compute: againstTruth(ssim),
  },
  {
    name: 'psnrPerSlice',
    label: 'PSNR, mean of slices',
    unit: 'dB',
    better: 'higher',
    digits: 2,
    compute: againstTruth(psnrPerSlice),
  },
  {
    name: 'ssimPerSlice',
    label: 'SSIM, mean of slices',
    unit: null,
    better: 'higher',
    digits: 4,
    compute: againstTruth(ssimPerSlice),
  },
  {
    name: 'ssimWindowed2d',
    label: 'SSIM, 2-D windows',
    unit: null,
    better: 'higher',
    digits: 4,
    compute: againstTruth(ssimWindowed2d),
  },
  {
    name: 'ssimWindowed3d',
    label: 'SSIM, 3-D windows',
    unit: null,
    better: 'higher',
    digits: 4,
    compute: againstTruth(ssimWindowed3d),
  },
  {
    name: 'psnrAffine',
    label: 'PSNR after affine fit',
    unit: 'dB',
    better: 'higher',
    digits: 2,
    compute: againstTruth(psnrAffine),
  },
  {
    name: 'nrmse',
    label: 'NRMSE',
    unit: null,
    better: 'lower',
    digits: 4,
    compute: againstTruth(nrmse),
  },
  {
    name: 'dataResidual',
    label: 'residual of the blurred estimate',
    unit: null,
    better: 'lower',
    digits: 4,
    compute({ truth, blurred, reblurred }) {
      if (truth !== null || blurred === null) return undefined;
      const again = reblurred();
      return again === null ? undefined : relativeResidual(blurred.data, again.data, 0);
    },
  },
  {
    name: 'psnrRegistered',
    label: 'PSNR after registration',
    unit: 'dB',
    better: 'higher',
    digits: 2,
    compute: againstTruth(psnrRegistered),
  },
];

/** Names of all metrics, in their order. */
export const METRIC_NAMES: readonly string[] = METRICS.map(({ name }) => name);

/** The metric of this name, or undefined if there is none. */
export function findMetric(name: string): Metric | undefined {
  return METRICS.find((metric) => metric.name === name);
}

/**
 * Every metric of an estimate that applies, by name.
 *
 * A metric without a finite value is left out: a plane without light in either volume makes
 * `psnrPerSlice` infinite.
 *
 * @param metrics - What to compute; all known metrics unless given.
 * @throws {RuleError} If shapes differ, the range is not positive, or a volume breaks the rule of a
 *   metric (smaller than its window, a truth of zeros).
 */
export function computeScores(
  scored: Scored,
  options: ScoreOptions,
  metrics: readonly Metric[] = METRICS,
): Record<string, number> {
  let reblurred: Volume | null | undefined;
  const once: Scored = {
    ...scored,
    reblurred: () => (reblurred = reblurred === undefined ? scored.reblurred() : reblurred),
  };
  const scores: Record<string, number> = {};
  for (const { name, compute } of metrics) {
    const score = compute(once, options);
    if (score !== undefined && Number.isFinite(score)) scores[name] = score;
  }
  return scores;
}
