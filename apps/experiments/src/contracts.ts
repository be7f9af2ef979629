import type { BackendName } from '@blurcycle/core';
import type { Progress, ProgressOptions } from './progress.ts';

/** What every long piece of work takes: where results go and where arithmetic runs. */
export interface ComputeOptions {
  /** `results/`; the profile's directory is made inside. */
  readonly resultsDir: string;
  readonly backend: BackendName | 'auto';
  /** CPU threads; undefined means all cores. */
  readonly threads: number | undefined;
  /** Makes a display for one piece of work. */
  readonly progress: (options: ProgressOptions) => Progress;
}

/** Options of a training run. */
export interface TrainRunOptions extends ComputeOptions {
  /** Go on from the last checkpoint where there is one. */
  readonly resume: boolean;
  /** Throw away what an earlier process left. */
  readonly restart: boolean;
}
