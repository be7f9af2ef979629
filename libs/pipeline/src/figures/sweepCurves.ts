import { type CurvesBlock, summarizeScores, type SweepCurvesFigure } from '@blurcycle/experiment';
import { findMetric } from '@blurcycle/metrics';
import { type FigureContext, shownCells } from './figureContext.ts';

/**
 * Each metric over the steps of the sweep, from the most noise to none: one line for each row, the
 * mean with its 95 % interval (over seeds where there are several, else over test volumes).
 *
 * The axis is ordinal, because no noise at all has no place on a scale in dB.
 */
export function sweepCurves(
  figure: SweepCurvesFigure,
  id: string,
  context: FigureContext,
): Promise<readonly CurvesBlock[]> {
  const steps = [...context.experiment.conditions].sort((a, b) => level(a.snrDb) - level(b.snrDb));
  const shown = steps.map((step) => shownCells(context, step, figure.rows));
  const blocks = figure.metrics.map((metric): CurvesBlock => {
    const { label, unit } = findMetric(metric) ?? { label: metric, unit: null };
    const series = (shown[0] ?? []).map(({ row }, index) => ({
      id: row.id,
      label: row.label,
      method: row.method,
      points: steps.flatMap((step, x) => {
        const { scores } = shown[x][index];
        const summary = scores === null ? undefined : summarizeScores(scores)[metric];
        if (summary === undefined) return [];
        const { mean, low, high } = summary;
        return [{ x, name: step.label, y: mean, low, high }];
      }),
    }));
    return {
      kind: 'curves',
      id: `${id}-${metric.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      title: `${figure.title ?? 'Robustness to noise'}: ${label}`,
      x: { label: 'average SNR of the test volumes', unit: null, scale: 'ordinal' },
      y: { label, unit, scale: 'linear' },
      series,
    };
  });
  return Promise.resolve(blocks);
}

function level(snrDb: number | null | undefined): number {
  return snrDb ?? Infinity;
}
