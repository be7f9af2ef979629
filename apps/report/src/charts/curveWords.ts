import { extent } from '@blurcycle/core';
import type { CurvesBlock } from '@blurcycle/experiment';
import { axisTitle } from '../html/axisTitle.ts';
import { formatSignificant } from '../html/formatNumber.ts';
import type { ChartTable } from './chart.ts';
import { nameOf } from './curvePoints.ts';

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
