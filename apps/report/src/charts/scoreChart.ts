import { extent } from '@blurcycle/core';
import { METRICS, type Table } from '@blurcycle/experiment';
import { formatList, formatNumber } from '../html/formatNumber.ts';
import type { Chart } from './chart.ts';
import { CHART_WIDTH, VEGA_LITE_SCHEMA } from './chartConfig.ts';
import type { MethodStyle } from './methodColors.ts';

/**
 * The scores of one metric: ours as a dot with its 95 % interval, the paper's as a hollow diamond.
 *
 * @returns Nothing when no row has the metric.
 */
export function scoreChart(
  table: Table,
  metric: 'psnr' | 'ssim',
  styles: ReadonlyMap<string, MethodStyle>,
): Chart | undefined {
  const { label, unit, digits } = METRICS[metric];
  const axisTitle = unit === null ? label : `${label} (${unit})`;
  const rows = table.rows.map((row) => ({ ...row, score: row.ours?.[metric], printed: row.paper?.[metric] }));
  const drawn = rows.filter(({ score, printed }) => score !== undefined || printed !== undefined);
  if (!drawn.some(({ score }) => score !== undefined)) return undefined;

  const values = drawn.flatMap(({ label: row, method, score, printed }) => [
    ...(score === undefined
      ? []
      : [{ row, source: 'ours', value: score.mean, low: score.low, high: score.high, n: score.n, method }]),
    ...(printed === undefined ? [] : [{ row, source: 'paper', value: printed, method }]),
  ]);
  const domain = paddedExtent(values.flatMap(({ value, ...limits }) => [value, ...limitsOf(limits)]));
  const order = drawn.map((row) => row.label);
  const methods = [...new Set(drawn.map(({ method }) => method))];
  const y = { field: 'row', type: 'nominal', sort: order, title: null } as const;
  const color = {
    field: 'method',
    type: 'nominal',
    scale: { domain: methods, range: methods.map((id) => styles.get(id)?.light ?? '#76707a') },
    legend: null,
  } as const;
  const tooltip = [
    { field: 'row', type: 'nominal', title: 'method' },
    { field: 'source', type: 'nominal' },
    { field: 'value', type: 'quantitative', title: axisTitle, format: `.${digits}f` },
    { field: 'low', type: 'quantitative', format: `.${digits}f` },
    { field: 'high', type: 'quantitative', format: `.${digits}f` },
  ] as const;
  const x = {
    type: 'quantitative',
    title: axisTitle,
    scale: { domain, nice: false },
    axis: { tickCount: 5 },
  } as const;

  const said = rows.map(({ label: row, score, printed }) => {
    const ours = score === undefined ? 'no result' : formatNumber(score.mean, digits);
    return printed === undefined
      ? `${row} ${ours}`
      : `${row} ${ours} (paper ${formatNumber(printed, digits)})`;
  });
  return {
    name: `scores-${metric}`,
    title: `${label}, ours beside the paper's`,
    summary: `${axisTitle} by method: ${formatList(said)}.`,
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      description: `${table.place}: ${axisTitle} by method`,
      width: CHART_WIDTH - 40,
      height: { step: 30 },
      data: { values },
      layer: [
        {
          transform: [{ filter: "datum.source === 'ours' && isValid(datum.low)" }],
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { y, color, x: { field: 'low', ...x }, x2: { field: 'high' } },
        },
        {
          transform: [{ filter: "datum.source === 'ours'" }],
          mark: { type: 'point', filled: true, size: 85, opacity: 1 },
          encoding: { y, color, x: { field: 'value', ...x }, tooltip: [...tooltip] },
        },
        {
          transform: [{ filter: "datum.source === 'paper'" }],
          params: [{ name: 'zoom', select: { type: 'interval', encodings: ['x'] }, bind: 'scales' }],
          mark: { type: 'point', shape: 'diamond', filled: false, size: 85, strokeWidth: 1.6, opacity: 1 },
          encoding: {
            y,
            x: { field: 'value', ...x },
            stroke: { value: 'currentColor' },
            tooltip: tooltip.slice(0, 3),
          },
        },
      ],
    },
    table: {
      columns: ['method', 'source', axisTitle, 'low', 'high', 'n'],
      rows: values.map((value) => [
        value.row,
        value.source,
        formatNumber(value.value, digits),
        'low' in value && value.low !== null ? formatNumber(value.low, digits) : '',
        'high' in value && value.high !== null ? formatNumber(value.high, digits) : '',
        'n' in value ? value.n : '',
      ]),
    },
  };
}

function limitsOf(limits: { readonly low?: number | null; readonly high?: number | null }): number[] {
  return [limits.low, limits.high].filter((limit) => typeof limit === 'number');
}

/** Smallest and largest value with room at both ends, so that no marker is cut. */
function paddedExtent(values: readonly number[]): [number, number] {
  const [smallest, largest] = extent(values);
  const room = 0.06 * (largest - smallest) || 0.5;
  return [smallest - room, largest + room].map((end) => Number(end.toPrecision(6))) as [number, number];
}
