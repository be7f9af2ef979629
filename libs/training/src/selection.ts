import { SELECTION_RULES, type SelectionRule } from '@blurcycle/core';
import type { NamedArray } from './decodeArrayFile.ts';

/** Scores of the networks on the validation volumes at one step. */
export interface ValidationValues {
  /** Against the ground truth; absent where there is none. */
  readonly psnr?: number;
  readonly ssim?: number;
  /**
   * Root mean square of h * G(y) - y with the run's own blur path; needs no ground truth. Absent
   * without a blur path.
   */
  readonly cycleResidual?: number;
  readonly outputStandardDeviation: number;
  /** As `psnr` and `ssim`, by the moving average of G; absent where none is kept. */
  readonly psnrAverage?: number;
  readonly ssimAverage?: number;
}

/** The best weights so far of the generators, the blur path included. */
export interface Selection {
  readonly step: number;
  readonly score: number;
  readonly weights: ReadonlyMap<string, NamedArray>;
}

/**
 * The score by which a rule ranks a validation, higher is better; the step itself for `last` and
 * for `average`, which takes the average at that step.
 *
 * Where the value is absent, as the cycle residual of a method without a blur path, the rule
 * becomes `last`.
 */
export function selectionScore(
  rule: SelectionRule,
  step: number,
  values: ValidationValues,
): number {
  switch (rule) {
    case 'last':
    case 'average':
      return step;
    case 'best-validation-psnr':
      return values.psnr ?? step;
    case 'best-cycle-residual':
      return values.cycleResidual === undefined ? step : -values.cycleResidual;
  }
}

/** One validation: the update and its scores. */
export interface Choice {
  readonly step: number;
  readonly values: ValidationValues;
}

/**
 * The choice of each rule among the validations, given in their order, the earlier one of equals; a
 * rule that cannot rank them is left out.
 */
export function chooseByEachRule(
  validations: readonly Choice[],
): Partial<Record<SelectionRule, Choice>> {
  const ranks = (rule: SelectionRule): boolean =>
    (rule !== 'best-cycle-residual' ||
      validations.every(({ values }) => values.cycleResidual !== undefined)) &&
    (rule !== 'average' || validations.every(({ values }) => values.psnrAverage !== undefined));
  const better = (rule: SelectionRule, a: Choice, b: Choice): Choice =>
    selectionScore(rule, b.step, b.values) > selectionScore(rule, a.step, a.values) ? b : a;
  const [first, ...others] = validations;
  if (first === undefined) return {};
  const chosen = SELECTION_RULES.filter(ranks).map((rule) => [
    rule,
    others.reduce((best, next) => better(rule, best, next), first),
  ]);
  return Object.fromEntries(chosen) as Partial<Record<SelectionRule, Choice>>;
}
