import { createTrainer, type Trainer } from '@blurcycle/training';
import { createPatchSource } from '../runs/patchSource.ts';
import { cycleMargin } from '../runs/cycleMargin.ts';
import type { PreparedFit } from './prepareFit.ts';

/** A trainer before its first update. */
export function fitTrainer({ settings, seed, kernel }: PreparedFit): Trainer {
  const { method, network, training } = settings;
  return createTrainer({
    method,
    network,
    objective: { ...training, cycleMargin: cycleMargin(settings) },
    seed,
    // The scales of both domains are chosen so that the kernel's sum is 1.
    knownKernel: kernel,
  });
}

/** The patches in the order that follows from the seed. */
export function fitSource({
  settings,
  seed,
  pairs,
}: PreparedFit): ReturnType<typeof createPatchSource> {
  const { training, method } = settings;
  return createPatchSource({
    ...training,
    sharpMargin: cycleMargin(settings),
    pairs,
    sampling: method.sampling,
    seed,
  });
}
