import type { NamedArray } from './arrayFile.ts';

/** What the validation volume says of the networks at one step. */
export interface ValidationValues {
  /** Against the truth; absent where there is none. */
  readonly psnr?: number;
  readonly ssim?: number;
  /**
   * Root mean square of h * G(y) - y with the run's own blur path; needs no truth. Absent without a
   * blur path.
   */
  readonly cycleResidual?: number;
  readonly outputStandardDeviation: number;
}

/** Which weights of a run are scored; the cycle residual alone ranks without ground truth. */
export const SELECTION_RULES = ['last', 'best-validation-psnr', 'best-cycle-residual'] as const;

/** One of `SELECTION_RULES`. */
export type SelectionRule = (typeof SELECTION_RULES)[number];

/** The best weights so far of all that generates. */
export interface Selection {
  readonly step: number;
  readonly score: number;
  readonly weights: ReadonlyMap<string, NamedArray>;
}

/**
 * The number by which a rule ranks a checkpoint, higher is better; the step itself for `last`.
 *
 * Where a value is absent, as the cycle residual of a method without a blur path, the last weights
 * are taken.
 */
export function selectionScore(
  rule: SelectionRule,
  step: number,
  values: ValidationValues,
): number {
  switch (rule) {
    case 'last':
      return step;
    case 'best-validation-psnr':
      return values.psnr ?? step;
    case 'best-cycle-residual':
      return values.cycleResidual === undefined ? step : -values.cycleResidual;
  }
}

/** A checkpoint that was looked at: the update, and what the validation volumes said. */
export interface Choice {
  readonly step: number;
  readonly values: ValidationValues;
}

/**
 * What each rule would have chosen of the checkpoints looked at, in their order; a rule that cannot
 * rank them is left out.
 */
export function chooseByEachRule(
  looked: readonly Choice[],
): Partial<Record<SelectionRule, Choice>> {
  const ranks = (rule: SelectionRule): boolean =>
    rule !== 'best-cycle-residual' ||
    looked.every(({ values }) => values.cycleResidual !== undefined);
  const better = (rule: SelectionRule, a: Choice, b: Choice): Choice =>
    selectionScore(rule, b.step, b.values) > selectionScore(rule, a.step, a.values) ? b : a;
  const [first, ...others] = looked;
  if (first === undefined) return {};
  const chosen = SELECTION_RULES.filter(ranks).map((rule) => [
    rule,
    others.reduce((best, next) => better(rule, best, next), first),
  ]);
  return Object.fromEntries(chosen) as Partial<Record<SelectionRule, Choice>>;
}
