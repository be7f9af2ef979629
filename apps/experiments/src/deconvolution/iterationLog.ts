import type { Volume } from '@blurcycle/core';
import { writeFileAtomically } from '@blurcycle/data';
import type { IterationStatistics } from '@blurcycle/imaging';
import { psnr, ssim } from '@blurcycle/metrics';

/** Truth to score every estimate against. */
export interface ScoredTruth {
  readonly volume: Volume;
  readonly dataRange: number;
}

/** Statistics of one iteration, with scores where the truth is known. */
export interface IterationRow extends IterationStatistics {
  readonly psnr?: number;
  readonly ssim?: number;
}

/** A row of the log; PSNR and SSIM (the paper's formulas over the whole volume) when there is a truth. */
export function iterationRow(
  statistics: IterationStatistics,
  estimate: Float32Array,
  truth: ScoredTruth | undefined,
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

/** Writes the rows as CSV: a header, then one line for each iteration, the start first. */
export async function writeIterationLog(path: string, rows: readonly IterationRow[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}) as (keyof IterationRow)[];
  const lines = rows.map((row) => columns.map((column) => String(row[column])).join(','));
  await writeFileAtomically(path, 'writeIterationLog', async (file) => {
    await file.writeFile([columns.join(','), ...lines, ''].join('\n'));
  });
}
