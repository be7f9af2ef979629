import { extent, mean } from '@blurcycle/core';
import type { TopLevelSpec } from 'vega-lite';
import { formatList, formatSignificant } from '../html/format.ts';
import type { CurvePoint } from '../inputs/readResults.ts';
import { CHART_WIDTH, legendColumns, VEGA_LITE_SCHEMA, type Chart } from './chart.ts';
import type { MethodStyle } from './methodColors.ts';

/** Longest line, in points; longer ones are averaged. */
const MAX_POINTS = 40;

type Layer = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'][number];

/** The curve of one run. */
export interface Series {
  /** Id of the run. */
  readonly run: string;
  /** Shared by runs that differ only in their seed. */
  readonly label: string;
  readonly points: readonly CurvePoint[];
}

/** What a curve chart shows. */
interface CurveChartOptions {
  readonly name: string;
  readonly title: string;
  /** Title of the vertical axis, with its unit. */
  readonly axisTitle: string;
  readonly series: readonly Series[];
  /** How the runs of each label are drawn. */
  readonly styles: ReadonlyMap<string, MethodStyle>;
  /** Whether each measurement has a marker, which suits a few of them. */
  readonly markers: boolean;
}

/** Lines of single runs below the line of their mean. */
const THIN = { strokeWidth: 0.8, opacity: 0.5 } as const;

/**
 * A quantity over generator updates: a thin line for each run and a thick one for the mean of each
 * label, in its color and dash.
 */
export function curveChart(options: CurveChartOptions): Chart {
  const { name, title, axisTitle, series, styles, markers } = options;
  const longest = Math.max(...series.map(({ points }) => points.length));
  const values = series.flatMap(({ run, label, points }) =>
    binCurve(points, MAX_POINTS).map(({ step, value }) => ({
      method: label,
      run,
      step,
      value: Number(value.toPrecision(5)),
    })),
  );
  const domain = [...new Set(series.map(({ label }) => label))];
  const scaleOf = <T>(pick: (style: MethodStyle) => T, fallback: T) => ({
    domain,
    range: domain.map((label) => {
      const style = styles.get(label);
      return style === undefined ? fallback : pick(style);
    }),
  });
  const binned = binSize(longest, MAX_POINTS);
  const steps = Math.max(...series.map(({ points }) => points[points.length - 1].step));
  const x = {
    field: 'step',
    type: 'quantitative',
    title: 'generator updates',
    axis: { grid: false, tickCount: 5 },
  } as const;
  const y = {
    field: 'value',
    type: 'quantitative',
    title: axisTitle,
    scale: { zero: !markers, nice: true },
    // Not `format`: d3 takes the digits from the step of the ticks and writes 0.1 for 0.12.
    axis: { tickCount: 5, labelExpr: "format(datum.value, '~g')" },
  } as const;
  const color = {
    field: 'method',
    type: 'nominal',
    scale: scaleOf((style) => style.light, '#76707a'),
    legend: { symbolOpacity: 1, columns: legendColumns(domain) },
  } as const;
  const shape = {
    field: 'method',
    type: 'nominal',
    scale: scaleOf((style) => style.shape, 'circle'),
  } as const;
  const strokeDash = {
    field: 'method',
    type: 'nominal',
    scale: scaleOf<number[]>((style) => [...style.dash], [1, 0]),
  } as const;
  const strokes = markers ? {} : { strokeDash };
  const tooltip = [
    { field: 'run', type: 'nominal' } as const,
    { field: 'step', type: 'quantitative', title: 'update' } as const,
    { field: 'value', type: 'quantitative', title: axisTitle, format: '.4~g' } as const,
  ];
  // One run a label: its line is the mean.
  const isAlone = domain.length === series.length;
  const means: Layer = {
    transform: [
      {
        aggregate: [{ op: 'mean', field: 'value', as: 'value' }],
        groupby: ['method', 'step'],
      },
    ],
    mark: { type: 'line', clip: true, strokeWidth: 2.6 },
    encoding: { x, y, color, ...strokes },
  };
  return {
    name,
    title,
    summary:
      `${axisTitle} over ${steps} generator updates; last values: ${formatList(domain.map((label) => lastValues(label, series)))}.` +
      (binned > 1 ? ` Each point is the mean of up to ${binned} consecutive log lines.` : ''),
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      description: `${title} over generator updates`,
      width: CHART_WIDTH,
      height: 220,
      data: { values },
      layer: [
        {
          params: [{ name: 'zoom', select: 'interval', bind: 'scales' }],
          mark: { type: 'line', clip: true, ...(isAlone ? {} : THIN) },
          encoding: { x, y, color, ...strokes, detail: { field: 'run' }, tooltip },
        },
        ...(markers
          ? [
              {
                mark: { type: 'point', filled: true, size: 26, clip: true, opacity: 0.8 },
                encoding: { x, y, color, shape, tooltip },
              } as const,
            ]
          : []),
        ...(isAlone ? [] : [means]),
      ],
    },
    table: tabulate(axisTitle, values),
  };
}

/** `Proposed, blind 26.4 to 29.3 (3 runs)`. */
function lastValues(label: string, series: readonly Series[]): string {
  const last = series
    .filter((one) => one.label === label)
    .map(({ points }) => points[points.length - 1].value);
  const [low, high] = extent(last).map((value) => formatSignificant(value, 3));
  return last.length === 1 ? `${label} ${low}` : `${label} ${low} to ${high} (${last.length} runs)`;
}

/** One row per update, one column per run. */
function tabulate(
  axisTitle: string,
  values: readonly { readonly run: string; readonly step: number; readonly value: number }[],
): Chart['table'] {
  const runs = [...new Set(values.map(({ run }) => run))];
  const bySteps = new Map<number, Map<string, number>>();
  for (const { step, run, value } of values) {
    bySteps.set(step, (bySteps.get(step) ?? new Map<string, number>()).set(run, value));
  }
  const steps = [...bySteps.keys()].sort((a, b) => a - b);
  return {
    columns: ['update', ...runs.map((run) => `${axisTitle}, ${run}`)],
    rows: steps.map((step) => [
      step,
      ...runs.map((run) => {
        const value = bySteps.get(step)?.get(run);
        return value === undefined ? '' : formatSignificant(value);
      }),
    ]),
  };
}

/**
 * Thins a curve to at most `maxPoints` points: the means of consecutive points, each at the last
 * step of its bin. Returns a curve that is short enough unchanged.
 */
export function binCurve(points: readonly CurvePoint[], maxPoints: number): readonly CurvePoint[] {
  const size = binSize(points.length, maxPoints);
  if (size === 1) return points;
  const bins: CurvePoint[] = [];
  for (let from = 0; from < points.length; from += size) {
    const bin = points.slice(from, from + size);
    bins.push({ step: bin[bin.length - 1].step, value: mean(bin.map(({ value }) => value)) });
  }
  return bins;
}

/** Number of consecutive points that `binCurve` averages into one. */
function binSize(pointCount: number, maxPoints: number): number {
  return Math.max(1, Math.ceil(pointCount / maxPoints));
}
