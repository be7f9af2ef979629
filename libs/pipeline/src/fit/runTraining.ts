import type { FolderLock } from '@blurcycle/files';
import { toNetworkScale } from '@blurcycle/stacks';
import { type Trainer, TrainingFailure } from '@blurcycle/training';
import type { ComputeOptions } from '../contracts.ts';
import { trainNetworks } from '../run/trainNetworks.ts';
import { say } from '../say.ts';
import type { Initial } from './earlierModel.ts';
import type { PreparedFit } from './prepareFit.ts';

/** How a training is carried out. */
export interface TrainingWishes extends Pick<ComputeOptions, 'progress'> {
  /** Begin again from nothing. */
  readonly restart: boolean;
  readonly lock: Pick<FolderLock, 'assertHeld'>;
  /** When to save the state and stop, in minutes since the start of the process. */
  readonly maxMinutes?: number | undefined;
}

/** A line that cannot be missed. */
export function warn(line: string): void {
  say(`warning: ${line}`);
}

/** Trains, or resumes; hands the trainer with the selected weights over. */
export function runTraining<T>(
  fit: TrainingWishes,
  { settings, seed, training, simulated, intensity, testInput, key }: PreparedFit,
  folder: string,
  from: Initial | null,
  use: (trainer: Trainer, selectedUpdate: number) => Promise<T>,
): Promise<T> {
  const heldOut = simulated?.heldOut ?? null;
  const shown = toNetworkScale(testInput, intensity);
  const options = {
    folder,
    identity: key,
    resume: !fit.restart,
    validation: [
      heldOut === null
        ? { id: 'fit', blurred: shown, sharp: null }
        : { id: 'fit', blurred: heldOut.blurred, sharp: heldOut.sharp },
    ],
    // The test input is no larger than a patch.
    inference: heldOut === null ? null : settings.inference,
    precision: settings.inference.precision,
    dataRange: 1,
    progress: fit.progress,
    warn,
    lock: fit.lock,
    maxMinutes: fit.maxMinutes,
    patchOption: '--patch',
  };
  const initial = from?.weights;
  return trainNetworks(
    { id: 'fit', settings, seed, ...training, initial },
    options,
    async (trainer, outcome) => {
      if (outcome instanceof TrainingFailure) throw outcome;
      return use(trainer, outcome.selectedUpdate);
    },
  );
}
