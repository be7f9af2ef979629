import type { BackendName } from '@blurcycle/core';

/** Shows how far a long piece of work is. */
export interface Progress {
  /** Tells that `step` of the total is done; the values (losses) stand beside it. */
  update(step: number, values?: Readonly<Record<string, number>>): void;
  /** Ends the display. */
  stop(): void;
}

/** Options of a display. */
export interface ProgressOptions {
  /** What is going on: `proposed-s0`. */
  readonly label: string;
  /** Steps in all. */
  readonly total: number;
  /** Steps that were done before. @defaultValue 0 */
  readonly start?: number;
  /** Where to write. @defaultValue process.stderr */
  readonly stream?: NodeJS.WriteStream;
  /** Seconds between lines when the stream is no terminal. @defaultValue 5 */
  readonly everySeconds?: number;
  /** Clock in milliseconds. @defaultValue performance.now */
  readonly now?: () => number;
}

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
  /** Wait for another process that is at the same run. */
  readonly wait: boolean;
  /** When to save the state and stop, in minutes since the start of the process. */
  readonly maxMinutes?: number | undefined;
}
