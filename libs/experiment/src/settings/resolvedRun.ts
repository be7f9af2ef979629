import type { RunSettings } from './runSettings.ts';

/** Where each setting came from: `training.updates` to `experiments/_profiles.yaml#quick`. */
export type Origins = Readonly<Record<string, string>>;

/** One training run, ready to be started: nothing is left to decide. */
export interface ResolvedRun {
  /** Directory and target name, `proposed-s0`. */
  readonly id: string;
  readonly profile: string;
  /** Id of the method in methods.yaml. */
  readonly method: string;
  /** Seed of initial weights, sampling, augmentation and buffer. The data set has its own seed. */
  readonly seed: number;
  readonly settings: RunSettings;
  readonly origins: Origins;
  /** Hash of the settings and the seed: two runs with one key have the same numbers. */
  readonly key: string;
}
