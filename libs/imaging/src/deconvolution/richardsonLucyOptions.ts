import type { Boundary, Negatives, StartEstimate, Volume } from '@blurcycle/core';
import type { IterationStatistics } from './iterationStatistics.ts';

/** Options that all variants of Richardson-Lucy share. */
export interface RichardsonLucyOptions {
  /** Updates at most. @defaultValue 50 */
  readonly iterations?: number;
  /**
   * Constant light that belongs to no object, in the units of the data, at least 0. @defaultValue 0
   */
  readonly background?: number;
  /**
   * Negative values in the data: an error, or taken for 0, which brightens the dark a little.
   * @defaultValue 'refuse'
   */
  readonly negatives?: Negatives;
  /** What lies beyond the edge. @defaultValue 'weights' */
  readonly boundary?: Boundary;
  /**
   * First estimate: the mean of the data everywhere, this level everywhere, the data, or a volume
   * of their shape. @defaultValue 'flat'
   */
  readonly start?: StartEstimate | number | Volume;
  /**
   * Stop when an update changes less than this part of the estimate; 0 never stops early.
   * @defaultValue 0
   */
  readonly relativeTolerance?: number;
  /** Told after each update how many are done, and how many there are at most; costs nothing. */
  readonly onUpdate?: (done: number, most: number) => void;
  /**
   * Told how good the estimate is, at the start and after every update, and the estimate itself (to
   * look at, not to keep). Costs one more blur per call.
   */
  readonly onIteration?: (statistics: IterationStatistics, estimate: Float32Array) => void;
}
