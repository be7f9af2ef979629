import { describeViolation, InputError } from '@blurcycle/core';
import { modelConfigSchema } from '@blurcycle/experiment';
import { SHARP_METHODS } from '@blurcycle/pipeline';
import {
  type ArgumentsOf,
  COMPUTE_OPTIONS,
  JSON_OPTION,
  type OptionGroup,
  PROFILE_OPTIONS,
  STACK_OPTIONS,
  triple,
} from './commonOptions.ts';
import { PSF_SOURCE_OPTIONS } from './psfSource.ts';

const DATA_OPTIONS = {
  blurred: {
    type: 'string',
    array: true,
    demandOption: true,
    describe:
      "TIFF stacks as the microscope took them: files, folders, or quoted patterns such as 'raw/*.tif'",
  },
  sharp: {
    type: 'string',
    array: true,
    describe: 'TIFF stacks of the same kind of specimen, sharp; they need not show the same places',
  },
  'sharp-from': {
    choices: SHARP_METHODS,
    describe: 'without --sharp: make the sharp set of the blurred one; blind-rl needs no PSF',
  },
  iterations: { type: 'number', default: 50, describe: 'with --sharp-from: iterations' },
  out: { type: 'string', default: 'model', describe: 'folder of the model' },
} as const satisfies OptionGroup;

const TRAINING_OPTIONS = {
  seed: { type: 'number', default: 0, describe: 'seed of weights and sampling' },
  updates: {
    type: 'number',
    defaultDescription: "the profile's",
    describe: 'training updates',
  },
  patch: {
    type: 'string',
    defaultDescription: "the profile's",
    describe: 'sides of a training patch, z,y,x; multiples of 4, 16 or more',
    coerce: triple('--patch', '16,48,48'),
  },
  width: {
    type: 'number',
    defaultDescription: "the profile's",
    describe: "channels of the U-Net's first level",
  },
  kernel: {
    type: 'string',
    defaultDescription: "the profile's",
    describe: 'window of the blur kernel, z,y,x; odd; a PSF is cut to it',
    coerce: triple('--kernel', '7,15,15'),
  },
  name: {
    type: 'string',
    defaultDescription: 'that of --out',
    describe: 'what to call the model',
  },
  author: {
    type: 'string',
    array: true,
    default: ['not named'],
    describe: 'whose model it is; may be given several times',
  },
  license: {
    type: 'string',
    default: 'MIT',
    describe: 'terms of the model, an SPDX identifier such as CC-BY-4.0',
    coerce: parseLicense,
  },
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'check, estimate, train nothing',
  },
  restart: {
    type: 'boolean',
    default: false,
    describe: 'begin again from nothing, and replace the model that is there',
  },
} as const satisfies OptionGroup;

/** The options of `blurcycle fit`, in the order of its help. */
export const FIT_OPTIONS = {
  ...STACK_OPTIONS,
  ...DATA_OPTIONS,
  ...TRAINING_OPTIONS,
  ...PROFILE_OPTIONS,
  ...COMPUTE_OPTIONS,
  ...PSF_SOURCE_OPTIONS,
  ...JSON_OPTION,
} as const satisfies OptionGroup;

/** What they give. */
export type FitArguments = ArgumentsOf<typeof FIT_OPTIONS>;

function parseLicense(text: string): string {
  if (modelConfigSchema.shape.license.safeParse(text).success) return text;
  const remedy = 'such as MIT or CC-BY-4.0';
  throw new InputError(
    describeViolation('fit', '--license', 'be an SPDX identifier', text, remedy),
  );
}
