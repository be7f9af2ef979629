import { capitalize, type GanLoss } from '@blurcycle/core';
import type { LossValues } from './trainStep.ts';

/** Training has failed and cannot recover; the run is marked as failed, with this message. */
export class TrainingFailure extends Error {
  override readonly name = 'TrainingFailure';
  readonly step: number;

  constructor(step: number, message: string) {
    super(`training stopped at step ${step}: ${message}`);
    this.step = step;
  }
}

/** Throws a `TrainingFailure` when a loss is not a finite number. */
export function assertFiniteLosses(step: number, losses: LossValues): void {
  for (const [name, value] of Object.entries(losses)) {
    if (!Number.isFinite(value)) throw new TrainingFailure(step, `loss ${name} is ${value}`);
  }
}

/** Consecutive observations of a condition, by its name; plain JSON, for checkpoints. */
export type ConsecutiveCounts = Readonly<Record<string, number>>;

/**
 * Least-squares loss below which a discriminator is hardly ever wrong: 0.25 is guessing, 0 is
 * winning; runs that learn stay above 0.1.
 */
const WON_BELOW = 0.01;

/**
 * Standard deviation of all scores below which a discriminator gives the same score to everything,
 * in units of the scores (the labels are 0 and 1).
 */
const COLLAPSED_BELOW = 1e-4;

/** Consecutive updates with a degenerate discriminator after which training fails. */
const LIMIT = 200;

/**
 * Throws a `TrainingFailure` when a discriminator has been degenerate for 200 consecutive updates:
 * it has won, or has collapsed to one score. Then the generators no longer learn from it.
 *
 * A critic (`wasserstein-gp`) cannot win, because its values have no bound, but it can collapse.
 *
 * @returns The counts after this step.
 */
export function watchDiscriminators(
  step: number,
  losses: LossValues,
  ganLoss: GanLoss,
  consecutive: ConsecutiveCounts,
): ConsecutiveCounts {
  const next: Record<string, number> = { ...consecutive };
  for (const domain of ['sharp', 'blurred'] as const) {
    const name = `discriminator${capitalize(domain)}`;
    const [loss, standardDeviation] = [losses[name], losses[`${name}Spread`]];
    if (loss === undefined || standardDeviation === undefined) continue;
    const degenerate = {
      won: ganLoss === 'least-squares' && loss < WON_BELOW,
      collapsed: standardDeviation < COLLAPSED_BELOW,
    };
    for (const [how, holds] of Object.entries(degenerate)) {
      const count = holds ? (consecutive[`${name}/${how}`] ?? 0) + 1 : 0;
      next[`${name}/${how}`] = count;
      if (count >= LIMIT) {
        const figure =
          how === 'won'
            ? `loss ${loss.toExponential(1)}`
            : `standard deviation of scores ${standardDeviation.toExponential(1)}`;
        throw new TrainingFailure(
          step,
          `the discriminator of the ${domain} domain has ${how} for ${count} updates (${figure})`,
        );
      }
    }
  }
  return next;
}

/**
 * Standard deviation below which an output counts as constant, in the range of the data. An output
 * that has hardly left a start at sigmoid(-7) has 1e-4; one that has collapsed has rounding errors.
 */
const CONSTANT_BELOW = 1e-5;

/**
 * Throws a `TrainingFailure` when the output of the sharp generator is constant at the last
 * validation or at two consecutive ones. A single one is allowed: the generator may have learned
 * nothing yet.
 *
 * @returns The counts after this validation.
 */
export function watchOutput(
  step: number,
  standardDeviation: number,
  last: boolean,
  consecutive: ConsecutiveCounts,
): ConsecutiveCounts {
  const constant = !(standardDeviation >= CONSTANT_BELOW);
  const count = constant ? (consecutive['output/constant'] ?? 0) + 1 : 0;
  if (constant && (last || count >= 2)) {
    throw new TrainingFailure(
      step,
      `the sharp generator's output is constant (standard deviation ${standardDeviation.toExponential(1)})`,
    );
  }
  return { ...consecutive, 'output/constant': count };
}
