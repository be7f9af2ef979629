import { median } from '@blurcycle/core';
import { disposeTrainer, trainStep } from '@blurcycle/training';
import { fitSource, fitTrainer } from './fitTrainer.ts';
import type { PreparedFit } from './prepareFit.ts';

/** What a training will cost on this machine. */
export interface TrainingEstimate {
  readonly secondsPerUpdate: number;
  readonly seconds: number;
  /**
   * Largest memory of the process after the timed updates, which allocate all that later ones do.
   */
  readonly memoryBytes: number;
}

/** Code gets compiled and buffers get allocated in the first updates. */
const WARM_UP = 2;
const TIMED = 3;

/** Times a few updates on a trainer that is thrown away. */
export async function estimateTraining(prepared: PreparedFit): Promise<TrainingEstimate> {
  const trainer = fitTrainer(prepared);
  const source = fitSource(prepared);
  const times: number[] = [];
  try {
    for (let i = 0; i < WARM_UP + TIMED; i++) {
      const sample = source.next();
      const start = performance.now();
      await trainStep(trainer, sample);
      if (i >= WARM_UP) times.push((performance.now() - start) / 1000);
    }
  } finally {
    disposeTrainer(trainer);
  }
  const secondsPerUpdate = median(times);
  return {
    secondsPerUpdate,
    seconds: secondsPerUpdate * prepared.settings.training.updates,
    // maxRSS is in KiB on every platform (libuv).
    memoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
