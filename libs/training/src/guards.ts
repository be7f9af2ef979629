import { capitalize } from './generatorObjective.ts';
import type { ObjectiveSettings } from './settings.ts';
import type { LossValues } from './trainStep.ts';

/** Training that went wrong and was stopped: the run is shown as failed, with this message. */
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

/**
 * How many times on end something has been seen, by its name; plain JSON, so that a checkpoint can
 * hold it.
 */
export type Streaks = Readonly<Record<string, number>>;

/**
 * Least-squares loss below which a discriminator is hardly ever wrong: 0.25 is guessing, 0 is
 * winning; runs that learn stay above 0.1.
 */
const WON_BELOW = 0.01;

/**
 * Spread of all scores below which a discriminator says the same of everything, in units of the
 * scores (0 and 1 are the labels).
 */
const SILENT_BELOW = 1e-4;

/** Updates on end after which an ill discriminator has had its time to recover. */
const LONG = 200;

/**
 * Throws a `TrainingFailure` when a discriminator has won, or has collapsed to one answer, for 200
 * updates on end: then the generators learn nothing from it any more.
 *
 * A critic (`wasserstein-gp`) cannot win, its values have no bound, but it can collapse.
 *
 * @returns The streaks after this step.
 */
export function watchDiscriminators(
  step: number,
  losses: LossValues,
  ganLoss: ObjectiveSettings['ganLoss'],
  streaks: Streaks,
): Streaks {
  const next: Record<string, number> = { ...streaks };
  for (const domain of ['sharp', 'blurred'] as const) {
    const name = `discriminator${capitalize(domain)}`;
    const [loss, spread] = [losses[name], losses[`${name}Spread`]];
    if (loss === undefined || spread === undefined) continue;
    const seen = {
      won: ganLoss === 'least-squares' && loss < WON_BELOW,
      collapsed: spread < SILENT_BELOW,
    };
    for (const [what, holds] of Object.entries(seen)) {
      const streak = holds ? (streaks[`${name}/${what}`] ?? 0) + 1 : 0;
      next[`${name}/${what}`] = streak;
      if (streak >= LONG) {
        const figure =
          what === 'won'
            ? `loss ${loss.toExponential(1)}`
            : `spread of scores ${spread.toExponential(1)}`;
        throw new TrainingFailure(
          step,
          `the discriminator of the ${domain} domain has ${what} for ${streak} updates (${figure})`,
        );
      }
    }
  }
  return next;
}

/**
 * Standard deviation below which an output is called constant: a thousandth of the range of the
 * data.
 */
const CONSTANT_BELOW = 1e-3;

/**
 * Throws a `TrainingFailure` when the sharp generator answers a whole volume with one value, at the
 * last validation or at two on end: the first may come before it has learned anything.
 *
 * @returns The streaks after this validation.
 */
export function watchOutput(
  step: number,
  standardDeviation: number,
  last: boolean,
  streaks: Streaks,
): Streaks {
  const constant = !(standardDeviation >= CONSTANT_BELOW);
  const streak = constant ? (streaks['output/constant'] ?? 0) + 1 : 0;
  if (constant && (last || streak >= 2)) {
    throw new TrainingFailure(
      step,
      `the sharp generator's output is constant (standard deviation ${standardDeviation.toExponential(1)})`,
    );
  }
  return { ...streaks, 'output/constant': streak };
}
