import type { LossValues } from './trainStep.ts';

/**
 * Sums of loss values since the last line of the log; plain JSON, so that a checkpoint can hold it.
 */
export interface LossWindow {
  readonly count: number;
  readonly sums: LossValues;
}

export const EMPTY_WINDOW: LossWindow = { count: 0, sums: {} };

/** The window with one more step in it. */
export function addToWindow({ count, sums }: LossWindow, losses: LossValues): LossWindow {
  const total = Object.entries(losses).map(([name, value]) => [name, (sums[name] ?? 0) + value]);
  return { count: count + 1, sums: Object.fromEntries(total) as LossValues };
}

/** Mean of each loss over the window. */
export function windowMeans({ count, sums }: LossWindow): LossValues {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}
