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

/** Standard deviation below which an output is called constant: a thousandth of the range of the data. */
const CONSTANT_BELOW = 1e-3;

/** Throws a `TrainingFailure` when the trained network answers a whole volume with one value. */
export function assertOutputVaries(step: number, standardDeviation: number): void {
  if (!(standardDeviation >= CONSTANT_BELOW)) {
    throw new TrainingFailure(
      step,
      `the sharp generator's output is constant (standard deviation ${standardDeviation.toExponential(1)})`,
    );
  }
}
