import type { Shape3 } from '@blurcycle/core';
import type { ReadTiffOptions } from '@blurcycle/data';
import type { Argv } from 'yargs';
import { optionalTriple } from './opticsOptions.ts';

/** What `--voxel`, `--channel`, `--time-point` and `--page-axis` give. */
export interface StackArguments {
  voxel: Shape3 | undefined;
  channel: number | undefined;
  timePoint: number | undefined;
  pageAxis: 'z' | 't' | undefined;
}

/** Adds the options that say which z stack of a file is meant, and its voxel size. */
export function withStackChoice<T>(yargs: Argv<T>): Argv<T & StackArguments> {
  const extended = yargs
    .option('voxel', {
      type: 'string',
      describe: 'voxel size in µm, z,y,x; stands above what the files say',
      coerce: optionalTriple('--voxel', '0.25,0.1,0.1'),
    })
    .option('channel', {
      type: 'number',
      describe: 'which channel, from 1, of a file with several',
    })
    .option('time-point', {
      type: 'number',
      describe: 'which time point, from 1, of a file with several',
    })
    .option('page-axis', {
      choices: ['z', 't'] as const,
      describe: 'what the pages of the file are where it does not say: slices or time points',
    });
  // yargs also gives each option its camel-cased name, which its types do not say.
  return extended as unknown as Argv<T & StackArguments>;
}

/** The same for the reader. */
export function stackChoice({
  voxel,
  channel,
  timePoint,
  pageAxis,
}: StackArguments): ReadTiffOptions {
  return {
    ...(voxel === undefined ? {} : { voxelSizeUm: voxel }),
    ...(channel === undefined ? {} : { channel }),
    ...(timePoint === undefined ? {} : { timePoint }),
    ...(pageAxis === undefined ? {} : { pageAxis }),
  };
}
