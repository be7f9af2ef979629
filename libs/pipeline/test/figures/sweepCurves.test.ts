import { join } from 'node:path';
import { loadExperiments, resolveExperiment, type SweepCurvesFigure } from '@blurcycle/experiment';
import { describe, expect, it } from 'vitest';
import type { FigureContext } from '../../src/figures/figureContext.ts';
import { sweepCurves } from '../../src/figures/sweepCurves.ts';
import type { Cell } from '../../src/table/readCells.ts';

const set = loadExperiments(join(import.meta.dirname, '../../../../experiments'));
const experiment = resolveExperiment(set, 'ablation-balance', 'standard');

/** Cells with a PSNR for each seed; null for a row of which nothing was made. */
function contextOf(psnrOf: (row: string) => readonly number[] | null): FigureContext {
  const cells = experiment.rows.map((row): Cell => {
    const psnr = psnrOf(row.id);
    const runs = psnr?.map((value, seed) => ({
      seed,
      data: `specimens ${seed}`,
      volumes: [{ volume: 'test-0', scores: { psnr: value } }],
    }));
    const scores = runs === undefined ? null : { id: row.id, trained: row.runs.length > 0, runs };
    return { row, condition: experiment.conditions[0], tests: [], scores };
  });
  return { experiment, cells } as unknown as FigureContext;
}

describe('sweepCurves(figure, id, context), over the values of a setting', () => {
  const psnr: Readonly<Record<string, readonly number[]>> = {
    input: [22, 22, 22],
    cyclegan: [26, 27, 28],
    'cyclegan-adversary-01': [12, 13, 14],
    'cyclegan-adversary-001': [11, 11, 11],
  };
  const figure: SweepCurvesFigure = { kind: 'sweep-curves', metrics: ['psnr'], opening: true };
  const context = contextOf((row) => psnr[row] ?? null);

  it('draws one line for each repeated row, by rising value, with the seeds behind each mean', async () => {
    const [block] = await sweepCurves(figure, 'balance', context);
    expect(block.x).toEqual({ label: 'weight of the adversary', unit: null, scale: 'log' });
    expect(block.series.map(({ id, points }) => [id, points.length])).toEqual([
      ['cyclegan', 3],
      ['proposed', 0],
      ['proposed-centered', 0],
      ['non-blind', 0],
    ]);
    const { label, method, points } = block.series[0];
    expect([label, method]).toEqual(['Conventional cycleGAN', 'cyclegan']);
    expect(points.map(({ x, y, values }) => [x, y, values])).toEqual([
      [0.01, 11, [11, 11, 11]],
      [0.1, 13, [12, 13, 14]],
      [1, 27, [26, 27, 28]],
    ]);
    // t of 2 degrees of freedom, 4.303, times the standard error of three values 1 apart.
    expect(points[1].high).toBeCloseTo(13 + 4.303 / Math.sqrt(3), 2);
    expect(block.opening).toBe(true);
  });

  it('draws rows that are not repeated as level lines where they have a score', async () => {
    const [block] = await sweepCurves(figure, 'balance', context);
    expect(block.references).toEqual([{ id: 'input', label: 'Input', method: 'input', y: 22 }]);
  });
});
