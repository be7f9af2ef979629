import {
  describeViolation,
  InputError,
  KERNEL_FORMS,
  KERNEL_INITS,
  PRECISIONS,
} from '@blurcycle/core';
import { modelConfigSchema } from '@blurcycle/experiment';
import { FIT_SELECTIONS, SHARP_METHODS } from '@blurcycle/pipeline';
import {
  COMPUTE_OPTIONS,
  JSON_OPTION,
  type OptionGroup,
  PROFILE_OPTIONS,
  STACK_OPTIONS,
  TIME_OPTION,
  triple,
} from './commonOptions.ts';
import { PSF_SOURCE_OPTIONS } from './psfSource.ts';

const DATA_OPTIONS = {
  blurred: {
    type: 'string',
    array: true,
    demandOption: true,
    describe:
      "TIFF stacks from the microscope: files, folders, or quoted patterns such as 'raw/*.tif'",
  },
  sharp: {
    type: 'string',
    array: true,
    describe: 'sharp TIFF stacks of the same kind of specimen; fields of view may differ',
  },
  'sharp-from': {
    choices: SHARP_METHODS,
    describe: 'without --sharp: make the sharp set from the blurred one; blind-rl needs no PSF',
  },
  iterations: { type: 'number', default: 50, describe: 'with --sharp-from: number of iterations' },
  'sharp-channel': {
    type: 'number',
    defaultDescription: 'that of --channel',
    describe: 'which channel of the sharp files, from 1',
  },
  'sharp-time-point': {
    type: 'number',
    defaultDescription: 'that of --time-point',
    describe: 'which time point of the sharp files, from 1',
  },
  'sharp-voxel': {
    type: 'string',
    defaultDescription: 'that of --voxel',
    describe: 'voxel size of the sharp files in µm, z,y,x',
    coerce: triple('--sharp-voxel', '0.25,0.1,0.1'),
  },
  out: { type: 'string', default: 'model', describe: 'folder of the model' },
} as const satisfies OptionGroup;

const TRAINING_OPTIONS = {
  seed: { type: 'number', default: 0, describe: 'seed of weights and sampling' },
  cycle: {
    type: 'boolean',
    default: false,
    describe: "the paper's cycles instead of pairs simulated from the sharp stacks",
  },
  'psf-tolerance': {
    type: 'string',
    default: '10%',
    describe: 'how far the PSF may be narrower or wider; simulated pairs have such widths',
    coerce: parsePercent,
  },
  'fine-tune': {
    type: 'boolean',
    default: false,
    describe:
      'on simulated pairs: in the last quarter the model has to explain the blurred stacks, too',
  },
  from: {
    type: 'string',
    describe: 'folder of a model to train on from, of the same --width and kind',
  },
  select: {
    choices: FIT_SELECTIONS,
    defaultDescription: 'last',
    describe: 'which weights become the model: the last, or those that do best by that look',
  },
  updates: {
    type: 'number',
    defaultDescription: "the profile's, on simulated pairs four times as many",
    describe: 'training updates',
  },
  patch: {
    type: 'string',
    defaultDescription: "the profile's",
    describe:
      'sides of a training patch, z,y,x; multiples of 4, or 1 plane; with --cycle 16 or more',
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
    describe: 'window of the blur kernel, z,y,x; odd; with --cycle a PSF is cut to it',
    coerce: triple('--kernel', '7,15,15'),
  },
  'kernel-form': {
    choices: KERNEL_FORMS,
    defaultDescription: 'free',
    describe: 'without a PSF: learn each voxel, or the pupil behind the PSF from stated optics',
  },
  'kernel-init': {
    choices: KERNEL_INITS,
    defaultDescription: "the method's",
    describe: 'without a PSF: where the learned kernel starts',
  },
  precision: {
    choices: PRECISIONS,
    defaultDescription: "the profile's",
    describe: 'factors of the convolutions, in training and in the model',
  },
  name: {
    type: 'string',
    defaultDescription: 'that of --out',
    describe: 'name of the model',
  },
  author: {
    type: 'string',
    array: true,
    defaultDescription: 'not named',
    describe: 'author of the model; may be given several times',
  },
  license: {
    type: 'string',
    defaultDescription: 'MIT',
    describe: 'license of the model, an SPDX identifier such as CC-BY-4.0',
    coerce: parseLicense,
  },
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'check and estimate, without training',
  },
  restart: {
    type: 'boolean',
    default: false,
    describe: 'start over, and replace the existing model',
  },
} as const satisfies OptionGroup;

/** Options of `blurcycle fit`. */
export const FIT_OPTIONS = {
  ...STACK_OPTIONS,
  ...DATA_OPTIONS,
  ...TRAINING_OPTIONS,
  ...PROFILE_OPTIONS,
  ...COMPUTE_OPTIONS,
  ...TIME_OPTION,
  ...PSF_SOURCE_OPTIONS,
  ...JSON_OPTION,
} as const satisfies OptionGroup;

function parsePercent(text: string): number {
  const value = /^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : NaN;
  if (Number.isFinite(value)) return value / 100;
  const rule = 'be a percentage';
  throw new InputError(describeViolation('fit', '--psf-tolerance', rule, text, 'such as 10%'));
}

function parseLicense(text: string): string {
  if (modelConfigSchema.shape.license.safeParse(text).success) return text;
  const remedy = 'such as MIT or CC-BY-4.0';
  throw new InputError(
    describeViolation('fit', '--license', 'be an SPDX identifier', text, remedy),
  );
}
