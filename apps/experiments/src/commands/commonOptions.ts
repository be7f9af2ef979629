import type { Argv } from 'yargs';
import { EXPERIMENTS_DIRECTORY, RESULTS_DIRECTORY } from '../projectPaths.ts';

/** What `--profile`, `--experiments-dir` and `--results-dir` give. */
export interface ProfileArguments {
  profile: string;
  experimentsDir: string;
  resultsDir: string;
}

/** What `--backend` and `--threads` give. */
export interface ComputeArguments {
  backend: string;
  threads: number | undefined;
}

/** Adds `--profile`, `--experiments-dir` and `--results-dir`. */
export function withProfile<T>(yargs: Argv<T>): Argv<T & ProfileArguments> {
  const extended = yargs
    .option('profile', {
      type: 'string',
      default: 'quick',
      describe: 'scale: smoke, quick, standard, paper, or another of _profiles.yaml',
    })
    .option('experiments-dir', {
      type: 'string',
      default: EXPERIMENTS_DIRECTORY,
      defaultDescription: 'experiments',
      describe: 'where the experiment files are',
    })
    .option('results-dir', {
      type: 'string',
      default: RESULTS_DIRECTORY,
      defaultDescription: 'results',
      describe: 'where results go',
    });
  // yargs also gives each option its camel-cased name, which its types do not say.
  return extended as unknown as Argv<T & ProfileArguments>;
}

/** Adds `--backend` and `--threads`. */
export function withCompute<T>(yargs: Argv<T>): Argv<T & ComputeArguments> {
  return yargs
    .option('backend', {
      type: 'string',
      default: 'auto',
      describe: 'where arithmetic runs: auto, tensorflow, webgpu, native, js',
    })
    .option('threads', { type: 'number', describe: 'CPU threads (all cores unless given)' });
}

/** Adds `--json`. */
export function withJson<T>(yargs: Argv<T>): Argv<T & { json: boolean }> {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'answer in JSON' });
}
