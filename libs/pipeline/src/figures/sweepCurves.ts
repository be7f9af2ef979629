import {
  type CurvesBlock,
  type ResolvedCondition,
  type ResolvedExperiment,
  type ScoreSummary,
  summarizeScores,
  type SweepCurvesFigure,
} from '@blurcycle/experiment';
import { findMetric } from '@blurcycle/metrics';
import type { Cell } from '../table/readCells.ts';
import { type FigureContext, shownCells } from './figureContext.ts';

type Curves = Pick<CurvesBlock, 'x' | 'series' | 'references'>;
type Vary = NonNullable<ResolvedExperiment['vary']>;

/**
 * Each metric over the steps of the sweep, or over the values of the setting that rows are repeated
 * with: the mean with its 95 % interval (over seeds where there are several, else over test
 * volumes).
 */
export function sweepCurves(
  figure: SweepCurvesFigure,
  id: string,
  context: FigureContext,
): Promise<readonly CurvesBlock[]> {
  const { vary, conditions } = context.experiment;
  const blocks = figure.metrics.map((metric, index): CurvesBlock => {
    const { label, unit } = findMetric(metric) ?? { label: metric, unit: null };
    const curves =
      vary === null
        ? overSweep(metric, figure, context)
        : overValues(metric, vary, shownCells(context, conditions[0], figure.rows));
    return {
      kind: 'curves',
      id: `${id}-${metric.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      title: `${figure.title ?? (vary === null ? 'Robustness to noise' : context.experiment.title)}: ${label}`,
      y: { label, unit, scale: 'linear' },
      ...curves,
      ...(figure.opening === true && index === 0 ? { opening: true } : {}),
    };
  });
  return Promise.resolve(blocks);
}

/**
 * From the most noise to none, one line for each row. The axis is ordinal, because no noise at all
 * has no place on a scale in dB.
 */
function overSweep(metric: string, { rows }: SweepCurvesFigure, context: FigureContext): Curves {
  const steps = [...context.experiment.conditions].sort((a, b) => level(a) - level(b));
  const shown = steps.map((step) => shownCells(context, step, rows));
  return {
    x: { label: 'average SNR of the test volumes', unit: null, scale: 'ordinal' },
    series: (shown[0] ?? []).map(({ row: { id, label, method } }, index) => ({
      ...{ id, label, method },
      points: steps.flatMap((step, x) => {
        const summary = summaryOf(shown[x][index], metric);
        if (summary === undefined) return [];
        const { mean, low, high } = summary;
        return [{ x, name: step.label, y: mean, low, high }];
      }),
    })),
  };
}

function level({ snrDb }: ResolvedCondition): number {
  return snrDb ?? Infinity;
}

/**
 * One line for each row that is repeated, single seeds as dots; level lines for the input and for
 * classical methods.
 */
function overValues(metric: string, { label, scale }: Vary, cells: readonly Cell[]): Curves {
  const repeated = new Map<string, Cell[]>();
  for (const cell of cells) {
    const { varied } = cell.row;
    if (varied !== undefined) repeated.set(varied.of, [...(repeated.get(varied.of) ?? []), cell]);
  }
  return {
    x: { label, unit: null, scale },
    series: [...repeated].map(([id, own]) => {
      const { row } = own.find((cell) => cell.row.id === id) ?? own[0];
      return { id, label: row.label, method: row.method, points: pointsOf(metric, own) };
    }),
    references: cells.flatMap(({ row, scores }) => {
      const summary = row.varied === undefined ? summaryOf({ scores }, metric) : undefined;
      if (summary === undefined) return [];
      const { id, method } = row;
      return [{ id, label: row.label, method, y: summary.mean }];
    }),
  };
}

function pointsOf(metric: string, cells: readonly Cell[]): CurvesBlock['series'][number]['points'] {
  return cells
    .flatMap((cell) => {
      const summary = summaryOf(cell, metric);
      if (summary === undefined || cell.row.varied === undefined) return [];
      const { mean, low, high, over, values } = summary;
      const dots = over === 'seeds' && values.length > 1 ? { values } : {};
      return [{ x: cell.row.varied.value, y: mean, low, high, ...dots }];
    })
    .sort((a, b) => a.x - b.x);
}

function summaryOf({ scores }: Pick<Cell, 'scores'>, metric: string): ScoreSummary | undefined {
  return scores === null ? undefined : summarizeScores(scores)[metric];
}
