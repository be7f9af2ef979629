import type { CurvesBlock } from '@blurcycle/experiment';

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
