import type { NamedArray } from './arrayFile.ts';

/** What the validation volume says of the networks at one step. */
export interface ValidationValues {
  /** Against the truth; absent where there is none. */
  readonly psnr?: number;
  readonly ssim?: number;
  /** Root mean square of h * G(y) - y with the run's own blur path; needs no truth. Absent without a blur path. */
  readonly cycleResidual?: number;
  readonly outputStandardDeviation: number;
}

/** Which weights of a run are scored. */
export type SelectionRule = 'last' | 'best-validation-psnr' | 'best-cycle-residual';

/** The best weights of the sharp generator so far. */
export interface Selection {
  readonly step: number;
  readonly score: number;
  readonly weights: ReadonlyMap<string, NamedArray>;
}

/**
 * The number by which a rule ranks a checkpoint, higher is better; the step itself for `last`.
 *
 * Where a value is absent, as the cycle residual of a method without a blur path, the last weights are taken.
 */
export function selectionScore(rule: SelectionRule, step: number, values: ValidationValues): number {
  switch (rule) {
    case 'last':
      return step;
    case 'best-validation-psnr':
      return values.psnr ?? step;
    case 'best-cycle-residual':
      return values.cycleResidual === undefined ? step : -values.cycleResidual;
  }
}
