import { extent } from '@blurcycle/core';
import type { CurvesBlock } from '@blurcycle/experiment';
import { axisTitle, formatSignificant } from '../html/format.ts';
import type { ChartTable } from './chart.ts';

/** Fewest points with an interval that are drawn as a band; fewer have whiskers. */
const SMALLEST_BAND = 3;
/** Distance between the lines at a named step, relative to the distance between steps. */
const DODGE = 0.1;
/** Largest distance between the first and the last of them. */
const WIDEST_DODGE = 0.5;

type Series = CurvesBlock['series'][number];
type Point = Series['points'][number];

/** A point as it is drawn. */
export interface CurvePointDrawn {
  readonly series: string;
  /** On an axis of names the index of the step, shifted so that whiskers do not overlap. */
  readonly x: number;
  /** Name of the step on an axis of names. */
  readonly step?: string;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  /** How the interval is drawn. */
  readonly interval?: 'band' | 'whisker';
}

/** Names of the steps on an axis of names, in the order of the block; none on other axes. */
export function stepNames({ x, series }: CurvesBlock): readonly string[] {
  if (x.scale !== 'ordinal') return [];
  return [...new Set(series.flatMap(({ points }) => points.map(nameOf)))];
}

/** Name of a point on an axis of names. */
function nameOf({ name, x }: Point): string {
  return name ?? String(x);
}

/**
 * The points of a block as they are drawn. Points that are not positive are left out of a
 * logarithmic axis; a lower limit that is not positive is raised to the smallest positive value.
 */
export function curvePoints(block: CurvesBlock): readonly CurvePointDrawn[] {
  const { x, y, series } = block;
  const steps = stepNames(block);
  const isOnAxis = (value: number, scale: string): boolean => scale !== 'log' || value > 0;
  const values = series.flatMap(({ points }) =>
    points.flatMap((point) => [point.y, point.low ?? point.y]),
  );
  const floor = y.scale === 'log' ? Math.min(...values.filter((value) => value > 0)) : -Infinity;
  const dodge = Math.min(DODGE, WIDEST_DODGE / series.length);
  return series.flatMap(({ label, points }, i) => {
    const shown = points.filter(
      (point) => isOnAxis(point.x, x.scale) && isOnAxis(point.y, y.scale),
    );
    const limited = shown.filter(({ low, high }) => low !== null && high !== null);
    const interval = x.scale === 'ordinal' || limited.length < SMALLEST_BAND ? 'whisker' : 'band';
    return shown.map((point): CurvePointDrawn => {
      const { low, high } = point;
      const aside = (i - (series.length - 1) / 2) * dodge;
      return {
        series: label,
        ...(x.scale === 'ordinal'
          ? { x: short(steps.indexOf(nameOf(point)) + aside), step: nameOf(point) }
          : { x: short(point.x) }),
        y: short(point.y),
        ...(low === null || high === null
          ? {}
          : { low: short(Math.max(low, floor)), high: short(high), interval }),
      };
    });
  });
}

/** The values that points are the means of, as they are drawn beside them. */
export function curveDots({
  x: { scale },
  y,
  series,
}: CurvesBlock): readonly Pick<CurvePointDrawn, 'series' | 'x' | 'y'>[] {
  if (scale === 'ordinal') return [];
  return series.flatMap(({ label, points }) =>
    points.flatMap(({ x, values = [] }) =>
      values
        .filter((value) => (scale !== 'log' || x > 0) && (y.scale !== 'log' || value > 0))
        .map((value) => ({ series: label, x: short(x), y: short(value) })),
    ),
  );
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * What the lines of a block show, in words: first, last, smallest and largest value of each.
 *
 * @param drawnCount - Number of points that the axes can show.
 */
export function describeCurves(block: CurvesBlock, drawnCount: number): string {
  const { x, y, series } = block;
  const levels = (block.references ?? []).map(
    ({ label, y: value }) => `${label}: ${formatSignificant(value)} throughout`,
  );
  const lines = [...series.map((one) => describeSeries(block, one)), ...levels].join('; ');
  const undrawn = series.reduce((count, { points }) => count + points.length, 0) - drawnCount;
  const note =
    undrawn === 0
      ? ''
      : ` ${undrawn === 1 ? '1 point is' : `${undrawn} points are`} not positive and in the table only.`;
  return `${axisTitle(y)} over ${axisTitle(x)}. ${lines}.${note}`;
}

function describeSeries(block: CurvesBlock, { label, points }: Series): string {
  if (points.length === 0) return `${label}: no values`;
  const at = (point: Point): string =>
    `${formatSignificant(point.y)} at ${positionOf(block, point)}`;
  const [first, last] = [points[0], points[points.length - 1]];
  if (points.length === 1) return `${label}: ${at(first)}`;
  const [smallest, largest] = extent(points.map(({ y }) => y));
  const ends = `${label}: ${at(first)} to ${at(last)}`;
  if (points.length === 2) return ends;
  return `${ends}, between ${formatSignificant(smallest)} and ${formatSignificant(largest)}`;
}

function positionOf({ x }: CurvesBlock, point: Point): string {
  if (x.scale === 'ordinal') return nameOf(point);
  return x.unit === null ? formatSignificant(point.x) : `${formatSignificant(point.x)} ${x.unit}`;
}

/**
 * One row per position on the horizontal axis: the value of each line and its limits, if any, and
 * the level lines.
 */
export function curveTable(block: CurvesBlock): ChartTable {
  const { x, series, references = [] } = block;
  const key = (point: Point): string =>
    x.scale === 'ordinal' ? nameOf(point) : formatSignificant(point.x, 6);
  const points = series.flatMap((one) => one.points);
  const sorted = x.scale === 'ordinal' ? points : [...points].sort((a, b) => a.x - b.x);
  const columns = series.map(({ label, points: own }) => {
    const hasLimits = own.some(({ low }) => low !== null);
    const byPosition = new Map(own.map((point) => [key(point), point]));
    const cell = (value: number | null | undefined): string =>
      value === null || value === undefined ? '' : formatSignificant(value);
    return {
      titles: [label, ...(hasLimits ? [`${label}, 95 % from`, `${label}, to`] : [])],
      cells: (position: string): string[] => {
        const point = byPosition.get(position);
        return [cell(point?.y), ...(hasLimits ? [cell(point?.low), cell(point?.high)] : [])];
      },
    };
  });
  return {
    columns: [
      axisTitle(x),
      ...columns.flatMap(({ titles }) => titles),
      ...references.map(({ label }) => label),
    ],
    rows: [...new Set(sorted.map(key))].map((position) => [
      position,
      ...columns.flatMap(({ cells }) => cells(position)),
      ...references.map(({ y }) => formatSignificant(y)),
    ]),
  };
}
