import { join } from 'node:path';
import type { Volume } from '@blurcycle/core';
import { writeTiffHyperstack } from '@blurcycle/data';
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

/** In the folder of a training: what the networks make of one stack, written at each look. */
export function previewFile(folder: string): string {
  return join(folder, 'preview.tif');
}

/** Writes a stack and what the networks make of it as two channels, on their scale, black 0. */
function writePreview(path: string, blurred: Volume, estimate: Volume): Promise<void> {
  const { shape, voxelSizeUm } = blurred;
  const range = [0, 1] as const;
  const image = { shape, voxelSizeUm, channels: 2, timePoints: 1, range };
  return writeTiffHyperstack(path, image, {}, (channel) =>
    Promise.resolve((channel === 1 ? blurred : estimate).data),
  );
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
    onLook: (blurred: Volume, estimate: Volume) => {
      fit.lock.assertHeld();
      return writePreview(previewFile(folder), blurred, estimate);
    },
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
