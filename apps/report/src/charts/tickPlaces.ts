import { extent } from '@blurcycle/core';

/** Decades from which on a logarithmic axis has a tick at each power of ten alone. */
const MANY_DECADES = 2;

/**
 * Where the ticks of an axis stand: about five on a linear one, which Vega places; on a logarithmic
 * one 1, 2 and 5 times powers of ten, or powers of ten alone, because Vega would draw a line at
 * every multiple.
 *
 * @param values - What is drawn along the axis.
 */
export function tickPlaces(
  scale: 'linear' | 'log',
  values: readonly number[],
): { tickCount: number } | { values: number[] } {
  if (scale === 'linear' || values.length === 0) return { tickCount: 5 };
  const [from, to] = extent(values).map((value) => Math.log10(value));
  const multiples = to - from >= MANY_DECADES ? [1] : [1, 2, 5];
  const places: number[] = [];
  for (let power = Math.floor(from) - 1; power <= Math.ceil(to); power++) {
    places.push(...multiples.map((multiple) => Number(`${multiple}e${power}`)));
  }
  return { values: places };
}
