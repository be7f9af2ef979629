import { extent } from '@blurcycle/core';
import type { CurvesBlock } from '@blurcycle/experiment';
import type { TopLevelSpec } from 'vega-lite';
import { axisTitle } from '../html/format.ts';
import {
  CHART_WIDTH,
  estimateTextWidth,
  legendColumns,
  TEXT_SIZE,
  VEGA_LITE_SCHEMA,
  WIDE_CHART_WIDTH,
  type Chart,
} from './chart.ts';
import {
  curveDots,
  curvePoints,
  curveTable,
  describeCurves,
  stepNames,
  type CurvePointDrawn,
} from './curvesBlock.ts';
import { furtherStyle, type MethodStyle } from './methodColors.ts';

type Layer = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'][number];
type Encoding = NonNullable<Extract<Layer, { readonly mark: unknown }>['encoding']>;
type Axis = Pick<
  Extract<NonNullable<Encoding['x']>, { readonly axis?: unknown }>,
  'scale' | 'axis'
>;

/** Dash of level lines. */
const LEVEL_DASH = [3, 3];
/** Area that Vega takes for a sample of a line in a legend, in square px: a line of 24 px. */
const LINE_SAMPLE = 576;
/** Lines with more points than this have no markers. */
const MOST_MARKERS = 24;

/** A logarithmic axis of so few positions has its ticks there. */
const FEW_POSITIONS = 8;

/** Height of the plot in px: of a usual chart, and of one that takes the whole width. */
const HEIGHT = 240;
const WIDE_HEIGHT = 340;

/**
 * The lines of a block with their intervals: bands over numbers, whiskers over named steps; with
 * the values behind the points as dots, and level lines for what does not depend on x.
 *
 * Lines over named steps take the whole width, each named at its end.
 */
export function blockChart(block: CurvesBlock, styles: ReadonlyMap<string, MethodStyle>): Chart {
  const points = curvePoints(block);
  const isWide = block.x.scale === 'ordinal';
  return {
    name: block.id,
    title: block.title,
    summary: describeCurves(block, points.length),
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      description: `${block.title}: ${axisTitle(block.y)} over ${axisTitle(block.x)}`,
      width: isWide ? WIDE_CHART_WIDTH : CHART_WIDTH,
      height: isWide ? WIDE_HEIGHT : HEIGHT,
      data: { values: points.map((point) => ({ ...point })) },
      layer: layers(block, points, styles),
    },
    table: curveTable(block),
    isWide,
  };
}

function layers(
  block: CurvesBlock,
  points: readonly CurvePointDrawn[],
  styles: ReadonlyMap<string, MethodStyle>,
): Layer[] {
  const { references = [] } = block;
  const drawn = [
    ...seriesStyles(block.series, styles),
    ...seriesStyles(references, styles).map((style) => ({ ...style, dash: LEVEL_DASH })),
  ];
  const domain = [...block.series, ...references].map(({ label }) => label);
  const dots = curveDots(block);
  const levels = references.map(({ label, y }) => ({ series: label, y }));
  const bySeries = <T>(range: T[]) =>
    ({ field: 'series', type: 'nominal', scale: { domain, range } }) as const;
  const steps = stepNames(block);
  const x = {
    field: 'x',
    type: 'quantitative',
    title: axisTitle(block.x),
    ...xAxis(block, points, steps),
  } as const;
  const isWide = steps.length > 0;
  const hasMarkers = block.series.every(({ points: own }) => own.length <= MOST_MARKERS);
  const color = {
    ...bySeries(drawn.map(({ light }) => light)),
    legend: isWide
      ? null
      : {
          ...{ symbolOpacity: 1, columns: legendColumns(domain) },
          ...(hasMarkers ? {} : { symbolSize: LINE_SAMPLE }),
        },
  };
  const ends = isWide ? endLabels(points) : [];
  const y = {
    field: 'y',
    type: 'quantitative',
    title: axisTitle(block.y),
    scale: { type: block.y.scale, nice: true, ...fromData(block.y.scale) },
    axis: {
      ...tickPositions(block.y.scale, [
        ...points.flatMap(({ y: value, low, high }) => [value, low ?? value, high ?? value]),
        ...[...dots, ...levels].map((one) => one.y),
      ]),
      format: '~g',
    },
  } as const;
  const limits = { x, color, y: { ...y, field: 'low' }, y2: { field: 'high' } } as const;
  const tooltip = tooltipOf(block, points);
  const bands: Layer = {
    transform: [{ filter: "datum.interval === 'band'" }],
    mark: { type: 'area', opacity: 0.18, clip: true },
    encoding: limits,
  };
  const whiskers: Layer = {
    transform: [{ filter: "datum.interval === 'whisker'" }],
    mark: { type: 'rule', strokeWidth: 1.6, clip: true },
    encoding: limits,
  };
  const zoomable: { encodings?: ['y'] } = steps.length === 0 ? {} : { encodings: ['y'] };
  const lines: Layer = {
    params: [{ name: 'zoom', select: { type: 'interval', ...zoomable }, bind: 'scales' }],
    mark: { type: 'line', clip: true },
    encoding: { x, y, color, tooltip, strokeDash: bySeries(drawn.map(({ dash }) => [...dash])) },
  };
  const markers: Layer = {
    mark: { type: 'point', filled: true, size: 46, opacity: 1, clip: true },
    encoding: { x, y, color, tooltip, shape: bySeries(drawn.map(({ shape }) => shape)) },
  };
  const singles: Layer = {
    data: { values: dots },
    mark: { type: 'circle', size: 14, opacity: 0.55, clip: true },
    encoding: { x, y, color },
  };
  const rules: Layer = {
    data: { values: levels },
    mark: { type: 'rule', strokeWidth: 1.4, clip: true },
    encoding: { y, color, strokeDash: bySeries(drawn.map(({ dash }) => [...dash])) },
  };
  const intervals = new Set(points.map(({ interval }) => interval));
  const names: Layer = {
    data: { values: ends.map((end) => ({ ...end })) },
    mark: { type: 'text', align: 'left', dx: 12, clip: false, fontSize: TEXT_SIZE },
    encoding: { x, y, color, text: { field: 'series', type: 'nominal' } },
  };
  return [
    ...(intervals.has('band') ? [bands] : []),
    ...(intervals.has('whisker') ? [whiskers] : []),
    ...(levels.length === 0 ? [] : [rules]),
    ...(dots.length === 0 ? [] : [singles]),
    lines,
    ...(hasMarkers ? [markers] : []),
    ...(ends.length === 0 ? [] : [names]),
  ];
}

/** Height of a line of text at the end of a line, in px. */
const END_LABEL_HEIGHT = 17;

/**
 * The name of each line at its last point, in the order of their values, moved apart so that none
 * covers another.
 */
export function endLabels(
  points: readonly CurvePointDrawn[],
): readonly Pick<CurvePointDrawn, 'series' | 'x' | 'y'>[] {
  if (points.length === 0) return [];
  const last = [...new Map(points.map((point) => [point.series, point])).values()];
  const furthest = Math.max(...points.map(({ x }) => x));
  const [least, most] = extent(points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]));
  const gap = (END_LABEL_HEIGHT * (most - least)) / WIDE_HEIGHT;
  const sorted = [...last].sort((a, b) => b.y - a.y);
  const places = sorted.map(({ y }) => y);
  for (let i = 1; i < places.length; i++) places[i] = Math.min(places[i], places[i - 1] - gap);
  // What was pushed below the data is raised again from the bottom.
  places[places.length - 1] = Math.max(places[places.length - 1], least);
  for (let i = places.length - 2; i >= 0; i--) places[i] = Math.max(places[i], places[i + 1] + gap);
  return sorted.map(({ series }, i) => ({
    ...{ series, x: furthest },
    y: Number(places[i].toPrecision(6)),
  }));
}

function xAxis(
  { x }: CurvesBlock,
  points: readonly CurvePointDrawn[],
  steps: readonly string[],
): Axis {
  if (x.scale !== 'ordinal') {
    const positions = [...new Set(points.map((point) => point.x))];
    const isFew = x.scale === 'log' && positions.length <= FEW_POSITIONS;
    return {
      scale: { type: x.scale, nice: false, padding: 8, ...fromData(x.scale) },
      axis: {
        grid: false,
        ...(isFew ? { values: positions } : tickPositions(x.scale, positions)),
        format: '~g',
      },
    };
  }
  const room = WIDE_CHART_WIDTH / steps.length - 6;
  const isTight = steps.some((name) => estimateTextWidth(name, TEXT_SIZE) > room);
  return {
    scale: { domain: [-0.5, steps.length - 0.5], nice: false, zero: false },
    axis: {
      grid: false,
      values: steps.map((_, i) => i),
      labelExpr: `${JSON.stringify(steps)}[datum.value]`,
      labelOverlap: false,
      ...(isTight ? { labelAngle: -35, labelAlign: 'right' } : {}),
    },
  };
}

function tooltipOf({ x, y }: CurvesBlock, points: readonly CurvePointDrawn[]) {
  const hasLimits = points.some(({ low }) => low !== undefined);
  const number = (field: string, title: string) =>
    ({ field, title, type: 'quantitative', format: '.4~g' }) as const;
  return [
    { field: 'series', type: 'nominal', title: 'line' } as const,
    x.scale === 'ordinal'
      ? ({ field: 'step', type: 'nominal', title: x.label } as const)
      : number('x', axisTitle(x)),
    number('y', axisTitle(y)),
    ...(hasLimits ? [number('low', '95 % from'), number('high', 'to')] : []),
  ];
}

/** The axis starts where the data start. Vega rejects `zero` on a logarithmic axis. */
function fromData(scale: 'linear' | 'log'): { zero?: false } {
  return scale === 'log' ? {} : { zero: false };
}

/**
 * How each line of a block is drawn: in the color of its method, or in a further one if it has no
 * method. Lines of the same method differ in dash and marker.
 */
export function seriesStyles(
  series: readonly Pick<CurvesBlock['series'][number], 'method'>[],
  styles: ReadonlyMap<string, MethodStyle>,
): readonly MethodStyle[] {
  let others = 0;
  return series.map(({ method }, i) => {
    const style = method === null ? undefined : styles.get(method);
    if (style === undefined) return furtherStyle(others++);
    const isAlone = series.filter((other) => other.method === method).length === 1;
    return isAlone ? style : { ...furtherStyle(i), light: style.light, dark: style.dark };
  });
}

/** A logarithmic axis of this many decades or more has ticks at powers of ten only. */
const MANY_DECADES = 2;

/**
 * Positions of the ticks of an axis: on a linear one about five, which Vega chooses; on a
 * logarithmic one 1, 2 and 5 times powers of ten, or powers of ten only, because Vega would draw a
 * line at every multiple.
 *
 * @param values - The values along the axis.
 */
export function tickPositions(
  scale: 'linear' | 'log',
  values: readonly number[],
): { tickCount: number } | { values: number[] } {
  if (scale === 'linear' || values.length === 0) return { tickCount: 5 };
  const [from, to] = extent(values).map((value) => Math.log10(value));
  const multiples = to - from >= MANY_DECADES ? [1] : [1, 2, 5];
  const positions: number[] = [];
  for (let power = Math.floor(from) - 1; power <= Math.ceil(to); power++) {
    positions.push(...multiples.map((multiple) => Number(`${multiple}e${power}`)));
  }
  return { values: positions };
}
