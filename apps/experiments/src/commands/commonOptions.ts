import { availableParallelism } from 'node:os';
import { BACKEND_NAMES, type BackendName, describeUnknown, InputError } from '@blurcycle/core';
import { EXPERIMENTS_DIRECTORY, RESULTS_DIRECTORY } from '@blurcycle/files';
import type { Argv } from 'yargs';

/** What `--profile`, `--experiments-dir` and `--results-dir` give. */
export interface ProfileArguments {
  profile: string;
  experimentsDir: string;
  resultsDir: string;
}

const BACKENDS = ['auto', ...BACKEND_NAMES] as const;

/** What `--backend` and `--threads` give. */
export interface ComputeArguments {
  backend: BackendName | 'auto';
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
      // How `run` hands its choice on through Nx.
      default: process.env['BLURCYCLE_BACKEND'] ?? 'auto',
      describe: `where arithmetic runs: ${BACKENDS.join(', ')}`,
      coerce: parseBackend,
    })
    .option('threads', {
      type: 'number',
      describe: 'CPU threads (all cores unless given)',
      ...threadsFromEnvironment(),
    });
}

/**
 * `run --threads` comes through Nx as a variable; a training run that Nx starts beside others takes
 * its share of the cores.
 */
function threadsFromEnvironment(): { default: number } | object {
  const {
    BLURCYCLE_THREADS: threads,
    BLURCYCLE_RUNS_AT_ONCE: runs,
    NX_PARALLEL: parallel,
  } = process.env;
  if (threads !== undefined) return { default: Number(threads) };
  if (runs === undefined) return {};
  return { default: Math.max(1, Math.floor(availableParallelism() / Number(parallel ?? runs))) };
}

function parseBackend(name: string): BackendName | 'auto' {
  const found = BACKENDS.find((known) => known === name);
  if (found === undefined)
    throw new InputError(describeUnknown('--backend', 'back-end', name, BACKENDS));
  return found;
}

/** Adds `--json`. */
export function withJson<T>(yargs: Argv<T>): Argv<T & { json: boolean }> {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'answer in JSON' });
}
