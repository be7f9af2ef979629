import { extent } from '@blurcycle/core';
import type { Table } from '@blurcycle/experiment';
import { axisTitle, formatList, formatNumber } from '../html/format.ts';
import { groupRows } from '../model/groups.ts';
import { shownMetric } from '../model/metrics.ts';
import {
  CHART_WIDTH,
  estimateTextWidth,
  TEXT_SIZE,
  VEGA_LITE_SCHEMA,
  type Chart,
} from './chart.ts';
import type { MethodStyle } from './methodColors.ts';

/** One marker. */
interface DrawnScore {
  readonly row: string;
  /** Label of the row, with its condition. */
  readonly name: string;
  /** Position on the vertical axis. */
  readonly place: string;
  readonly source: 'ours' | 'paper';
  readonly value: number;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly n?: number;
}

/**
 * The scores of one metric: ours as a dot with its 95 % interval and a small dot for each seed, the
 * paper's as a hollow diamond; seeds of the conventional and the proposed method are joined.
 * Rows of several conditions are grouped by condition.
 *
 * @returns undefined if no row has the metric.
 */
export function scoreChart(
  table: Table,
  metric: 'psnr' | 'ssim',
  styles: ReadonlyMap<string, MethodStyle>,
): Chart | undefined {
  const { label, digits } = shownMetric(metric);
  const scoreTitle = axisTitle(shownMetric(metric));
  const groups = groupRows(table);
  const hasConditions = groups.some(({ condition }) => condition !== undefined);
  const rows = groups.flatMap((group) =>
    group.rows.map((row) => ({
      ...row,
      place: group.condition?.label ?? row.label,
      name: group.condition === undefined ? row.label : `${row.label}, ${group.condition.label}`,
      score: row.ours?.[metric],
      printed: row.paper?.[metric],
    })),
  );
  const drawn = rows.filter(({ score, printed }) => score !== undefined || printed !== undefined);
  if (!drawn.some(({ score }) => score !== undefined)) return undefined;

  const values = drawn.flatMap<DrawnScore>(({ label: row, name, place, score, printed }) => [
    ...(score === undefined
      ? []
      : [
          {
            ...{ row, name, place, source: 'ours' as const },
            ...{ value: score.mean, low: score.low, high: score.high, n: score.n },
          },
        ]),
    ...(printed === undefined
      ? []
      : [{ row, name, place, source: 'paper' as const, value: printed }]),
  ]);

  const methods = [
    ...new Map(drawn.map(({ label, id, method }) => [label, styles.get(id) ?? styles.get(method)])),
  ];
  const labels = methods.map(([label]) => label);
  const places = [...new Set(drawn.map(({ place }) => place))];
  const y = {
    field: 'place',
    type: 'nominal',
    sort: places,
    title: null,
    axis: { labelExpr: wrapLabels(places), labelLimit: 0, labelOffset: centered(places) },
  } as const;
  const apart = hasConditions
    ? { yOffset: { field: 'row', type: 'nominal', sort: labels } as const }
    : {};
  const color = {
    field: 'row',
    type: 'nominal',
    scale: { domain: labels, range: methods.map(([, style]) => style?.light ?? '#76707a') },
    legend: hasConditions ? { columns: 1 } : null,
  } as const;
  const tooltip = [
    { field: 'name', type: 'nominal', title: 'method' },
    { field: 'source', type: 'nominal' },
    { field: 'value', type: 'quantitative', title: scoreTitle, format: `.${digits}f` },
    { field: 'low', type: 'quantitative', format: `.${digits}f` },
    { field: 'high', type: 'quantitative', format: `.${digits}f` },
  ] as const;
  const seeds = drawn.flatMap(({ label: row, id, name, place, score }) =>
    score?.over !== 'seeds' || score.n < 2
      ? []
      : score.values.map((value, seed) => ({ row, id, name, place, value, seed })),
  );
  const pairs = seeds
    .filter(({ id }) => PAIRED.includes(id))
    .map((one) => ({ ...one, pair: `${hasConditions ? one.place : ''} ${one.seed}` }));
  const domain = paddedExtent([
    ...values.flatMap(({ value, ...limits }) => [value, ...limitsOf(limits)]),
    ...seeds.map(({ value }) => value),
  ]);
  const isPaired = new Set(pairs.map(({ id }) => id)).size === PAIRED.length;
  const x = {
    type: 'quantitative',
    title: scoreTitle,
    scale: { domain, nice: false },
    axis: { tickCount: 5 },
  } as const;

  const seedTooltip = [
    tooltip[0],
    { field: 'seed', type: 'nominal', title: 'seed' } as const,
    tooltip[2],
  ];
  const said = rows.map(({ name: row, score, printed }) => {
    const ours = score === undefined ? 'no result' : formatNumber(score.mean, digits);
    return printed === undefined
      ? `${row} ${ours}`
      : `${row} ${ours} (paper ${formatNumber(printed, digits)})`;
  });
  return {
    name: `scores-${metric}`,
    title: drawn.some(({ printed }) => printed !== undefined)
      ? `${label}, ours beside the paper's`
      : label,
    summary: `${scoreTitle} by method: ${formatList(said)}.`,
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      description: `${table.place}: ${scoreTitle} by method`,
      width: SCORE_CHART_WIDTH - labelWidth(places),
      height: hasConditions ? { step: 16, for: 'offset' } : { step: rowHeight(places) },
      data: { values },
      layer: [
        ...(isPaired
          ? [
              {
                data: { values: pairs },
                mark: { type: 'line', strokeWidth: 0.8, opacity: 0.5 },
                encoding: {
                  y,
                  ...apart,
                  x: { field: 'value', ...x },
                  detail: { field: 'pair' },
                  stroke: { value: 'currentColor' },
                },
              } as const,
            ]
          : []),
        ...(seeds.length === 0
          ? []
          : [
              {
                data: { values: seeds },
                mark: { type: 'point', filled: true, size: 26, opacity: 0.55 },
                encoding: { y, ...apart, color, x: { field: 'value', ...x }, tooltip: seedTooltip },
              } as const,
            ]),
        {
          transform: [{ filter: "datum.source === 'ours' && isValid(datum.low)" }],
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { y, ...apart, color, x: { field: 'low', ...x }, x2: { field: 'high' } },
        },
        {
          transform: [{ filter: "datum.source === 'ours'" }],
          mark: { type: 'point', filled: true, size: 85, opacity: 1 },
          encoding: { y, ...apart, color, x: { field: 'value', ...x }, tooltip: [...tooltip] },
        },
        {
          transform: [{ filter: "datum.source === 'paper'" }],
          params: [
            { name: 'zoom', select: { type: 'interval', encodings: ['x'] }, bind: 'scales' },
          ],
          mark: {
            type: 'point',
            shape: 'diamond',
            filled: false,
            size: 85,
            strokeWidth: 1.6,
            opacity: 1,
          },
          encoding: {
            y,
            ...apart,
            x: { field: 'value', ...x },
            stroke: { value: 'currentColor' },
            tooltip: tooltip.slice(0, 3),
          },
        },
      ],
    },
    table: {
      columns: ['method', 'source', scoreTitle, 'low', 'high', 'n'],
      rows: values.map((value) => [
        value.name,
        value.source,
        formatNumber(value.value, digits),
        ...[value.low, value.high].map((limit) =>
          typeof limit === 'number' ? formatNumber(limit, digits) : '',
        ),
        value.n ?? '',
      ]),
    },
  };
}

function limitsOf(limits: Pick<DrawnScore, 'low' | 'high'>): number[] {
  return [limits.low, limits.high].filter((limit) => typeof limit === 'number');
}

/** Rows whose seeds are joined: they are trained on the same data. */
const PAIRED: readonly string[] = ['cyclegan', 'proposed'];

/** Smallest and largest value with a margin at both ends, so that no marker is cut off. */
function paddedExtent(values: readonly number[]): [number, number] {
  const [smallest, largest] = extent(values);
  const room = 0.06 * (largest - smallest) || 0.5;
  return [smallest - room, largest + room].map((end) => Number(end.toPrecision(6))) as [
    number,
    number,
  ];
}

/** Width of the plot and of the labels beside it together, in px. */
const SCORE_CHART_WIDTH = CHART_WIDTH + 40;
/** Longest line of an axis label, in characters. */
const LINE_LENGTH = 28;

/**
 * A Vega expression for `labelExpr` that breaks long labels into lines.
 *
 * @param labels - All labels of the axis.
 */
function wrapLabels(labels: readonly string[]): string {
  const lines = Object.fromEntries(labels.map((label) => [label, breakLines(label)]));
  return `${JSON.stringify(lines)}[datum.label]`;
}

/** Least height of a row, and what a line of its label takes, as Vega sets lines, in px. */
const ROW_HEIGHT = 36;
const LINE_HEIGHT = TEXT_SIZE + 2;

/** Height of each row of which none runs into the label of the next. */
function rowHeight(labels: readonly string[]): number {
  const most = Math.max(...labels.map((label) => breakLines(label).length));
  return Math.max(ROW_HEIGHT, LINE_HEIGHT * most + 4);
}

/** Vega puts the first line of a label beside the tick: raises labels of several lines by half. */
function centered(labels: readonly string[]) {
  const counts = [...new Set(labels.map((label) => breakLines(label).length))].filter((n) => n > 1);
  return {
    condition: counts.map((count) => {
      const those = labels.filter((label) => breakLines(label).length === count);
      const test = `indexof(${JSON.stringify(those)}, datum.value) >= 0`;
      return { test, value: (-LINE_HEIGHT * (count - 1)) / 2 };
    }),
    value: 0,
  };
}

function labelWidth(labels: readonly string[]): number {
  const lines = labels.flatMap(breakLines);
  return Math.max(...lines.map((line) => estimateTextWidth(line, TEXT_SIZE)));
}

/** Lines of a label, broken at spaces: as few as there must be, and those of equal length. */
export function breakLines(label: string): readonly string[] {
  const fewest = filledLines(label, LINE_LENGTH);
  let lines = fewest;
  for (let length = LINE_LENGTH - 1; length > 0; length--) {
    const shorter = filledLines(label, length);
    if (shorter.length > fewest.length) break;
    lines = shorter;
  }
  return lines;
}

function filledLines(label: string, length: number): readonly string[] {
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= length)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
