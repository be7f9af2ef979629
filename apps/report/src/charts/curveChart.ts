import { formatList, formatSignificant } from '../html/formatNumber.ts';
import { binCurve, binSize, type CurvePoint } from './binCurve.ts';
import type { Chart } from './chart.ts';
import { CHART_WIDTH, VEGA_LITE_SCHEMA } from './chartConfig.ts';
import type { MethodStyle } from './methodColors.ts';

const MAX_POINTS = 80;

/** The curve of one run. */
export interface Series {
  readonly method: string;
  readonly label: string;
  readonly seed: number;
  readonly points: readonly CurvePoint[];
}

/** What a curve chart shows. */
export interface CurveChartOptions {
  readonly name: string;
  readonly title: string;
  /** Title of the vertical axis, with its unit. */
  readonly axisTitle: string;
  readonly series: readonly Series[];
  readonly styles: ReadonlyMap<string, MethodStyle>;
  /** Whether every measurement deserves a marker (few of them) or a line says enough. */
  readonly markers: boolean;
}

/** A quantity over generator updates, one line for each run, the colour and dash of its method. */
export function curveChart(options: CurveChartOptions): Chart {
  const { name, title, axisTitle, series, styles, markers } = options;
  const longest = Math.max(...series.map(({ points }) => points.length));
  const values = series.flatMap(({ method, label, seed, points }) =>
    binCurve(points, MAX_POINTS).map(({ step, value }) => ({
      method: label,
      run: `${method}-s${seed}`,
      step,
      value: Number(value.toPrecision(5)),
    })),
  );
  const labels = [...new Map(series.map(({ label, method }) => [label, styles.get(method)])).entries()];
  const domain = labels.map(([label]) => label);
  const scaleOf = <T>(pick: (style: MethodStyle) => T, fallback: T) => ({
    domain,
    range: labels.map(([, style]) => (style === undefined ? fallback : pick(style))),
  });
  const binned = binSize(longest, MAX_POINTS);
  const seeds = new Set(series.map(({ seed }) => seed)).size;
  const ends = series.map(({ label, seed, points }) => {
    const last = formatSignificant(points[points.length - 1].value, 3);
    return seeds > 1 ? `${label} (seed ${seed}) ${last}` : `${label} ${last}`;
  });
  const steps = Math.max(...series.map(({ points }) => points[points.length - 1].step));
  return {
    name,
    title,
    summary:
      `${axisTitle} over ${steps} generator updates; last values: ${formatList(ends)}.` +
      (binned > 1 ? ` Each point is the mean of up to ${binned} consecutive log lines.` : ''),
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      description: `${title} over generator updates`,
      width: CHART_WIDTH,
      height: 170,
      data: { values },
      params: [{ name: 'zoom', select: 'interval', bind: 'scales' }],
      mark: markers
        ? { type: 'line', clip: true, point: { filled: true, size: 34 } }
        : { type: 'line', clip: true, tooltip: true },
      encoding: {
        x: {
          field: 'step',
          type: 'quantitative',
          title: 'generator updates',
          axis: { grid: false, tickCount: 5 },
        },
        y: {
          field: 'value',
          type: 'quantitative',
          title: axisTitle,
          scale: { zero: !markers, nice: true },
          axis: { tickCount: 5, format: '~g' },
        },
        color: { field: 'method', type: 'nominal', scale: scaleOf((style) => style.light, '#76707a') },
        ...(markers
          ? { shape: { field: 'method', type: 'nominal', scale: scaleOf((style) => style.shape, 'circle') } }
          : {
              strokeDash: {
                field: 'method',
                type: 'nominal',
                scale: scaleOf<number[]>((style) => [...style.dash], [1, 0]),
              },
            }),
        detail: { field: 'run' },
        tooltip: [
          { field: 'run', type: 'nominal' },
          { field: 'step', type: 'quantitative', title: 'update' },
          { field: 'value', type: 'quantitative', title: axisTitle, format: '.4~g' },
        ],
      },
    },
    table: tabulate(axisTitle, values),
  };
}

/** One row for each update, one column for each run. */
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
