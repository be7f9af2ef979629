import { extent } from '@blurcycle/core';
import type { CurvesBlock } from '@blurcycle/experiment';
import { axisTitle, formatSignificant } from '../html/format.ts';
import type { ChartTable } from './chart.ts';

/**
 * Fewer points than this with an interval have whiskers: a band would have no width to be seen by.
 */
const SMALLEST_BAND = 3;
/**
 * Room between the lines at one named step, and what all of them may take, in parts of the distance
 * of steps.
 */
const DODGE = 0.1;
const WIDEST_DODGE = 0.5;

/** A point as it is drawn. */
export interface CurvePointDrawn {
  readonly series: string;
  /**
   * On an axis of names the number of the step, a little aside so that whiskers do not hide each
   * other.
   */
  readonly x: number;
  /** Name of the step on an axis of names. */
  readonly step?: string;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  /** How the interval is drawn. */
  readonly interval?: 'band' | 'whisker';
}

/**
 * Names of the steps of a block on an axis of names, in the order given; none on an axis of
 * numbers.
 */
export function stepNames({ x, series }: CurvesBlock): readonly string[] {
  if (x.scale !== 'ordinal') return [];
  return [...new Set(series.flatMap(({ points }) => points.map(nameOf)))];
}

/** Name of a point on an axis of names. */
export function nameOf({ name, x }: CurvesBlock['series'][number]['points'][number]): string {
  return name ?? String(x);
}

/**
 * The points of a block as they are drawn. A point that has no place on a logarithmic axis is left
 * out; a lower limit that has none ends at the smallest value that does.
 */
export function curvePoints(block: CurvesBlock): readonly CurvePointDrawn[] {
  const { x, y, series } = block;
  const steps = stepNames(block);
  const hasPlace = (value: number, scale: string): boolean => scale !== 'log' || value > 0;
  const values = series.flatMap(({ points }) =>
    points.flatMap((point) => [point.y, point.low ?? point.y]),
  );
  const floor = y.scale === 'log' ? Math.min(...values.filter((value) => value > 0)) : -Infinity;
  const dodge = Math.min(DODGE, WIDEST_DODGE / series.length);
  return series.flatMap(({ label, points }, i) => {
    const shown = points.filter(
      (point) => hasPlace(point.x, x.scale) && hasPlace(point.y, y.scale),
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

function short(value: number): number {
  return Number(value.toPrecision(6));
}

type Series = CurvesBlock['series'][number];
type Point = Series['points'][number];

/**
 * What the lines of a block show, in numbers: ends and extremes of each.
 *
 * @param drawnCount - How many of the points have a place on the axes.
 */
export function describeCurves(block: CurvesBlock, drawnCount: number): string {
  const { x, y, series } = block;
  const lines = series.map((one) => describeSeries(block, one)).join('; ');
  const left = series.reduce((count, { points }) => count + points.length, 0) - drawnCount;
  const missing =
    left === 0
      ? ''
      : ` ${left === 1 ? '1 point has no place on a logarithmic axis and stands' : `${left} points have no place on a logarithmic axis and stand`} in the table alone.`;
  return `${axisTitle(y)} over ${axisTitle(x)}. ${lines}.${missing}`;
}

function describeSeries(block: CurvesBlock, { label, points }: Series): string {
  if (points.length === 0) return `${label}: no values`;
  const at = (point: Point): string => `${formatSignificant(point.y)} at ${placeOf(block, point)}`;
  const [first, last] = [points[0], points[points.length - 1]];
  if (points.length === 1) return `${label}: ${at(first)}`;
  const [smallest, largest] = extent(points.map(({ y }) => y));
  const ends = `${label}: ${at(first)} to ${at(last)}`;
  if (points.length === 2) return ends;
  return `${ends}, between ${formatSignificant(smallest)} and ${formatSignificant(largest)}`;
}

function placeOf({ x }: CurvesBlock, point: Point): string {
  if (x.scale === 'ordinal') return nameOf(point);
  return x.unit === null ? formatSignificant(point.x) : `${formatSignificant(point.x)} ${x.unit}`;
}

/**
 * One row for each place on the horizontal axis, for each line its value and, where there are any,
 * its limits.
 */
export function curveTable(block: CurvesBlock): ChartTable {
  const { x, series } = block;
  const key = (point: Point): string =>
    x.scale === 'ordinal' ? nameOf(point) : formatSignificant(point.x, 6);
  const points = series.flatMap((one) => one.points);
  const sorted = x.scale === 'ordinal' ? points : [...points].sort((a, b) => a.x - b.x);
  const columns = series.map(({ label, points: own }) => {
    const hasLimits = own.some(({ low }) => low !== null);
    const byPlace = new Map(own.map((point) => [key(point), point]));
    const cell = (value: number | null | undefined): string =>
      value === null || value === undefined ? '' : formatSignificant(value);
    return {
      titles: [label, ...(hasLimits ? [`${label}, 95 % from`, `${label}, to`] : [])],
      cells: (place: string): string[] => {
        const point = byPlace.get(place);
        return [cell(point?.y), ...(hasLimits ? [cell(point?.low), cell(point?.high)] : [])];
      },
    };
  });
  return {
    columns: [axisTitle(x), ...columns.flatMap(({ titles }) => titles)],
    rows: [...new Set(sorted.map(key))].map((place) => [
      place,
      ...columns.flatMap(({ cells }) => cells(place)),
    ]),
  };
}
