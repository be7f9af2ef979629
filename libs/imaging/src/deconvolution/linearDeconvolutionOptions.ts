import type { Boundary } from '@blurcycle/core';

/** Options that the linear methods share. */
export interface LinearDeconvolutionOptions {
  /**
   * Constant light that belongs to no object, in the units of the data, at least 0. @defaultValue 0
   */
  readonly background?: number;
  /** What lies beyond the edge. @defaultValue 'weights' */
  readonly boundary?: Boundary;
  /** Set what comes out below zero to zero; a linear method knows of no sign. @defaultValue true */
  readonly nonNegative?: boolean;
  /** Part of the right-hand side at which solving stops. @defaultValue 1e-4 */
  readonly tolerance?: number;
  /** Steps of the solver at most. @defaultValue 200 */
  readonly iterations?: number;
  /** Told after each step how many are done, and how many there are at most. */
  readonly onUpdate?: (done: number, most: number) => void;
}
