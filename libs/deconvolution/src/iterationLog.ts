import { mean, type Volume } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/files';
import type { IterationStatistics } from '@blurcycle/imaging';
import { psnr, ssim } from '@blurcycle/metrics';

/** Truth to score every estimate against. */
export interface ScoredTruth {
  /** Its file. */
  readonly path: string;
  readonly volume: Volume;
  readonly dataRange: number;
}

/**
 * Statistics of one estimate by its method, with scores where the truth is known.
 */
export interface IterationRow extends Partial<IterationStatistics> {
  /** From 1, where a file has several stacks. */
  readonly channel?: number;
  readonly timePoint?: number;
  /** From 1, where the stack was cut into tiles. */
  readonly tile?: number;
  readonly psnr?: number;
  readonly ssim?: number;
}

/**
 * A row of the log; PSNR and SSIM (the paper's formulas over the whole volume) when there is a
 * truth.
 */
export function iterationRow(
  statistics: Partial<IterationStatistics>,
  estimate: Float32Array,
  truth: Omit<ScoredTruth, 'path'> | undefined,
): IterationRow {
  if (truth === undefined) return statistics;
  const { volume, dataRange } = truth;
  const scored = { data: estimate, shape: volume.shape };
  return {
    ...statistics,
    psnr: psnr(scored, volume, { dataRange }),
    ssim: ssim(scored, volume, { dataRange }),
  };
}

/**
 * Statistics of a linear method's one estimate.
 *
 * Without I-divergence, which is for photon counts: a linear method weighs all voxels equally.
 *
 * @param iteration - Steps of the solver.
 * @param expected - Estimate, blurred again, without background.
 */
export function linearStatistics(
  iteration: number,
  observed: Float32Array,
  expected: Float32Array,
  estimate: Float32Array,
  background: number,
): Partial<IterationStatistics> {
  const squares = observed.map((value, i) => (value - background - expected[i]) ** 2);
  return {
    iteration,
    residual: Math.sqrt(mean(squares)),
    flux: estimate.reduce((sum, value) => sum + value, 0),
  };
}

/** Writes the rows as CSV: a header, then one line for each, the start first. */
export async function writeIterationLog(
  path: string,
  rows: readonly IterationRow[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}) as (keyof IterationRow)[];
  const lines = rows.map((row) => columns.map((column) => String(row[column])).join(','));
  const text = [columns.join(','), ...lines, ''].join('\n');
  await writeFileAtomically(path, 'writeIterationLog', text);
}
