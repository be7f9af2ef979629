import { describeViolation, InputError, type Shape3 } from '@blurcycle/core';
import { modelConfigSchema } from '@blurcycle/experiment';
import { SHARP_METHODS, type SharpMethod } from '@blurcycle/pipeline';
import type { Argv } from 'yargs';
import type { ComputeArguments, ProfileArguments } from './commonOptions.ts';
import { optionalTriple } from './opticsOptions.ts';
import type { PsfSourceArguments } from './psfSourceOptions.ts';
import type { StackArguments } from './stackOptions.ts';

/** Options of `fit`. */
export interface FitArguments
  extends PsfSourceArguments, StackArguments, ComputeArguments, ProfileArguments {
  blurred: string[];
  sharp: string[] | undefined;
  sharpFrom: SharpMethod | undefined;
  iterations: number;
  out: string;
  seed: number;
  updates: number | undefined;
  patch: Shape3 | undefined;
  width: number | undefined;
  kernel: Shape3 | undefined;
  name: string | undefined;
  author: string[];
  license: string;
  dryRun: boolean;
  restart: boolean;
  json: boolean;
}

export function withData<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('blurred', {
      type: 'string',
      array: true,
      demandOption: true,
      describe:
        "TIFF stacks as the microscope took them: files, folders, or quoted patterns such as 'raw/*.tif'",
    })
    .option('sharp', {
      type: 'string',
      array: true,
      describe:
        'TIFF stacks of the same kind of specimen, sharp; they need not show the same places',
    })
    .option('sharp-from', {
      choices: SHARP_METHODS,
      describe: 'without --sharp: make the sharp set of the blurred one; blind-rl needs no PSF',
    })
    .option('iterations', {
      type: 'number',
      default: 50,
      describe: 'with --sharp-from: iterations',
    })
    .option('out', { type: 'string', default: 'model', describe: 'folder of the model' });
}

export function withTraining<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('seed', { type: 'number', default: 0, describe: 'seed of weights and sampling' })
    .option('updates', {
      type: 'number',
      defaultDescription: "the profile's",
      describe: 'training updates',
    })
    .option('patch', {
      type: 'string',
      defaultDescription: "the profile's",
      describe: 'sides of a training patch, z,y,x; multiples of 4, 16 or more',
      coerce: optionalTriple('--patch', '16,48,48'),
    })
    .option('width', {
      type: 'number',
      defaultDescription: "the profile's",
      describe: "channels of the U-Net's first level",
    })
    .option('kernel', {
      type: 'string',
      defaultDescription: "the profile's",
      describe: 'window of the blur kernel, z,y,x; odd; a PSF is cut to it',
      coerce: optionalTriple('--kernel', '7,15,15'),
    })
    .option('name', {
      type: 'string',
      defaultDescription: 'that of --out',
      describe: 'what to call the model',
    })
    .option('author', {
      type: 'string',
      array: true,
      default: ['not named'],
      describe: 'whose model it is; may be given several times',
    })
    .option('license', {
      type: 'string',
      default: 'MIT',
      describe: 'terms of the model, an SPDX identifier such as CC-BY-4.0',
      coerce: parseLicense,
    })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'check, estimate, train nothing',
    })
    .option('restart', {
      type: 'boolean',
      default: false,
      describe: 'begin again from nothing, and replace the model that is there',
    });
}

function parseLicense(text: string): string {
  if (modelConfigSchema.shape.license.safeParse(text).success) return text;
  const remedy = 'such as MIT or CC-BY-4.0';
  throw new InputError(
    describeViolation('fit', '--license', 'be an SPDX identifier', text, remedy),
  );
}
