import { extent } from '@blurcycle/core';

/** How often values occur, in equal bins from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: Float64Array;
}

/** The histogram of all values. */
export function histogram(data: Float32Array, bins = 256): Histogram {
  const [low, high] = extent(data);
  const counts = new Float64Array(bins);
  const scale = high > low ? bins / (high - low) : 0;
  for (const value of data) counts[Math.min(bins - 1, Math.floor((value - low) * scale))]++;
  return { low, high, counts };
}

/** The value below which that part of the values lies, to within a bin. */
export function quantile({ low, high, counts }: Histogram, part: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    below += counts[i];
    if (below >= part * total) return low + ((i + 1) / counts.length) * (high - low);
  }
  return high;
}

/** Intensities shown as black and as white. */
export interface Window {
  readonly black: number;
  readonly white: number;
}

/** A window that leaves out nothing dark and the brightest thousandth. */
export function automaticWindow(values: Histogram): Window {
  const white = quantile(values, 0.999);
  return { black: values.low, white: white > values.low ? white : values.high };
}

/** Gray from 0 to 255. */
export function gray(value: number, { black, white }: Window): number {
  return Math.max(0, Math.min(255, Math.round((255 * (value - black)) / (white - black))));
}

/** A length of 1, 2 or 5 times a power of ten, the longest that is at most a third of the width. */
export function scaleBarUm(widthUm: number): number {
  const most = widthUm / 3;
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((factor) => factor * power).find((length) => length <= most) ?? power;
}
