import { availableParallelism } from 'node:os';
import {
  assertRange,
  BACKEND_NAMES,
  type BackendName,
  describeUnknown,
  describeViolation,
  InputError,
  PAGE_AXES,
} from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import { EXPERIMENTS_DIRECTORY, RESULTS_DIRECTORY } from '@blurcycle/files';
import type { ArgumentsCamelCase, Argv, InferredOptionType, Options } from 'yargs';

/** Options by name, in the form of yargs. */
export type OptionGroup = Readonly<Record<string, Options>>;

/** What a group of options gives, each under its name as typed and in camel case. */
export type ArgumentsOf<O extends OptionGroup> = {
  readonly [K in keyof O as K | CamelCase<K>]: InferredOptionType<O[K]>;
};

type CamelCase<K> = K extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : K & string;

/** The code of a command: its options, and what it does with them. */
export interface Command<T> {
  readonly builder: (yargs: Argv) => Argv<T>;
  readonly handler: (args: ArgumentsCamelCase<T>) => void | Promise<void>;
}

/** A command whose handler takes what the options of its builder give. */
export function defineCommand<T>(command: Command<T>): Command<T> {
  return command;
}

/** Names of a group of options; Object.keys forgets which they are. */
export function namesOf<O extends OptionGroup>(group: O): (keyof O & string)[] {
  return Object.keys(group);
}

/** The experiment that a command is about. */
export const EXPERIMENT = {
  type: 'string',
  demandOption: true,
  describe: 'a file of experiments/',
} as const satisfies Options;

/** Which profile, and where experiments and results are. */
export const PROFILE_OPTIONS = {
  profile: {
    type: 'string',
    default: 'quick',
    describe: 'scale: smoke, quick, standard, night, paper, or another of _profiles.yaml',
  },
  'experiments-dir': {
    type: 'string',
    default: EXPERIMENTS_DIRECTORY,
    defaultDescription: 'experiments',
    describe: 'where the experiment files are',
  },
  'results-dir': {
    type: 'string',
    default: RESULTS_DIRECTORY,
    defaultDescription: 'results',
    describe: 'where results go',
  },
} as const satisfies OptionGroup;

const BACKENDS = ['auto', ...BACKEND_NAMES] as const;

/** Where arithmetic runs. */
export const COMPUTE_OPTIONS = {
  backend: {
    type: 'string',
    // `run` passes its choice through Nx in this variable.
    default: process.env['BLURCYCLE_BACKEND'] ?? 'auto',
    describe: `where arithmetic runs: ${BACKENDS.join(', ')}`,
    coerce: parseBackend,
  },
  threads: {
    type: 'number',
    default: threadsFromEnvironment(),
    describe: 'CPU threads (all cores unless given)',
  },
} as const satisfies OptionGroup;

function parseBackend(name: string): BackendName | 'auto' {
  const found = BACKENDS.find((known) => known === name);
  if (found === undefined)
    throw new InputError(describeUnknown('--backend', 'back-end', name, BACKENDS));
  return found;
}

/**
 * `run --threads` comes through Nx as a variable; training runs that Nx starts at the same time
 * share the cores.
 */
function threadsFromEnvironment(): number | undefined {
  const {
    BLURCYCLE_THREADS: threads,
    BLURCYCLE_RUNS_AT_ONCE: runs,
    NX_PARALLEL: parallel,
  } = process.env;
  if (threads !== undefined) return Number(threads);
  if (runs === undefined) return undefined;
  return Math.max(1, Math.floor(availableParallelism() / Number(parallel ?? runs)));
}

/** When a training stops by itself. */
export const TIME_OPTION = {
  'max-minutes': {
    type: 'number',
    describe: 'save the state and stop after so many minutes (exit code 75); resumable',
    coerce(minutes: number): number {
      assertRange(minutes > 0, 'blurcycle', '--max-minutes', 'be above 0', minutes);
      return minutes;
    },
  },
} as const satisfies OptionGroup;

/** An answer for programs. */
export const JSON_OPTION = {
  json: { type: 'boolean', default: false, describe: 'answer in JSON' },
} as const satisfies OptionGroup;

/** Which z stack of a file to read, and its voxel size. */
export const STACK_OPTIONS = {
  voxel: {
    type: 'string',
    describe: 'voxel size in µm, z,y,x; overrides that of the files',
    coerce: voxelSize,
  },
  channel: { type: 'number', describe: 'which channel, from 1, of a file with several' },
  'time-point': { type: 'number', describe: 'which time point, from 1, of a file with several' },
  series: { type: 'number', describe: 'which image, from 1, of a file with several' },
  'page-axis': {
    choices: PAGE_AXES,
    describe:
      'what the pages are if the file does not say: slices (z) or time points (t); c=z: what it calls channels are slices',
  },
} as const satisfies OptionGroup;

/** The stack options for the reader. */
export function stackChoice({
  voxel,
  channel,
  timePoint,
  series,
  pageAxis,
}: ArgumentsOf<typeof STACK_OPTIONS>): ReadTiffOptions {
  return {
    ...(voxel === undefined ? {} : { voxelSizeUm: voxel }),
    ...(channel === undefined ? {} : { channel }),
    ...(timePoint === undefined ? {} : { timePoint }),
    ...(series === undefined ? {} : { series }),
    ...(pageAxis === undefined ? {} : { pageAxis }),
  };
}

/** Larger voxels no microscope has, in µm; nanometers are typed as such. */
const LARGEST_VOXEL_UM = 100;

/** Parser of the sides of a voxel in µm, in the order z, y, x. */
export function voxelSize(text: string): [number, number, number] {
  const sides = triple('--voxel', '0.25,0.1,0.1')(text);
  if (sides.every((side) => side <= LARGEST_VOXEL_UM)) return sides;
  const rule = `be at most ${LARGEST_VOXEL_UM} µm along each axis`;
  const remedy = 'no microscope has such voxels; are these nanometers? 0.25,0.1,0.1 is in µm';
  throw new InputError(describeViolation('--voxel', 'value', rule, text, remedy));
}

/** Parser of three numbers in the order z, y, x from text as `64,128,128`. */
export function triple(option: string, example: string) {
  return (text: string): [number, number, number] => {
    const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    if (parts.length !== 3 || !parts.every((value) => Number.isFinite(value) && value > 0)) {
      const rule = 'be three positive numbers z,y,x';
      const remedy = `for example ${example}`;
      throw new InputError(describeViolation(option, 'value', rule, text, remedy));
    }
    return [parts[0], parts[1], parts[2]];
  };
}
