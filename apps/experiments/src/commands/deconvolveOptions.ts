import { CLASSICAL_ALGORITHMS, describeViolation, InputError, PRECISIONS } from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import {
  type ArgumentsOf,
  COMPUTE_OPTIONS,
  JSON_OPTION,
  type OptionGroup,
  STACK_OPTIONS,
} from './commonOptions.ts';
import { parseOffset } from './automatic.ts';
import { CLASSICAL_OPTIONS } from './classicalOptions.ts';
import { OUTPUT_OPTIONS } from './outputOptions.ts';
import { PSF_SOURCE_OPTIONS, psfSource } from './psfSource.ts';

/** Those that say how a model is applied. */
export const MODEL_OPTIONS = {
  model: {
    type: 'string',
    describe: 'folder of a trained model, instead of --method and a PSF',
  },
  whole: {
    type: 'boolean',
    default: false,
    describe: 'with --model: all of the stack at once, no tiles; takes the most memory',
  },
  turns: {
    type: 'number',
    defaultDescription: '8 for a model of simulated pairs, else 1',
    describe:
      'with --model: average over so many flips and turns of the stack, of those that leave the PSF as it is (test-time augmentation)',
    coerce: parseTurns,
  },
  refine: {
    type: 'number',
    describe: "with --model: updates of rl-tv from the result, with the model's kernel or a PSF",
  },
  precision: {
    choices: PRECISIONS,
    defaultDescription: "the model's",
    describe: 'with --model: factors of the convolutions',
  },
  'any-voxel-size': {
    type: 'boolean',
    default: false,
    describe: "with --model: continue although the voxel sizes differ from the model's",
  },
} as const satisfies OptionGroup;

/** A symmetric PSF allows 16. */
const MOST_TURNS = 16;

function parseTurns(value: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_TURNS) return value;
  const rule = `be an integer from 1 to ${MOST_TURNS}`;
  throw new InputError(describeViolation('deconvolve', '--turns', rule, value));
}

function parseSaturation(text: string): number | 'auto' {
  const value = text.trim() === '' ? NaN : Number(text);
  if (text === 'auto' || (Number.isFinite(value) && value > 0))
    return text === 'auto' ? text : value;
  const rule = 'be a positive number or auto';
  throw new InputError(describeViolation('deconvolve', '--saturation', rule, text));
}

function parseWavelengths(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (values.every((value) => Number.isFinite(value))) return values;
  const rule = 'be a number of µm, or one for each channel';
  const remedy = 'for example 0.46,0.52,0.61';
  throw new InputError(describeViolation('deconvolve', '--wavelength', rule, text, remedy));
}

/** The options of `blurcycle deconvolve`, in the order of its help. */
export const DECONVOLVE_OPTIONS = {
  ...STACK_OPTIONS,
  offset: {
    type: 'string',
    describe: "the camera's offset, subtracted first: a number, or auto for the darkest blocks",
    coerce: parseOffset,
  },
  'hot-voxels': {
    choices: ['mask', 'keep'] as const,
    default: 'mask',
    describe: 'voxels and columns that shine alone, of a camera: masked, or kept as they are',
  },
  saturation: {
    type: 'string',
    describe: 'mask voxels from this value on; auto: at the full scale of the camera',
    coerce: parseSaturation,
  },
  mask: {
    type: 'string',
    describe: 'stack that is not 0 where voxels do not count, such as dirt or another cell',
  },
  method: {
    type: 'string',
    describe: `${CLASSICAL_ALGORITHMS.join(', ')}; auto: rl-tv --iterations auto`,
  },
  ...CLASSICAL_OPTIONS,
  ...MODEL_OPTIONS,
  ...OUTPUT_OPTIONS,
  ...PSF_SOURCE_OPTIONS,
  psf: {
    ...PSF_SOURCE_OPTIONS.psf,
    array: true,
    nargs: 1,
    describe: 'TIFF stack of the PSF, normalized to sum 1; once, or once for each channel',
  },
  wavelength: {
    ...PSF_SOURCE_OPTIONS.wavelength,
    type: 'string',
    describe: 'emission wavelength in µm; one, or one for each channel: 0.46,0.52,0.61',
    coerce: parseWavelengths,
  },
  ...COMPUTE_OPTIONS,
  ...JSON_OPTION,
} as const satisfies OptionGroup;

/** What they give. */
export type DeconvolveArguments = ArgumentsOf<typeof DECONVOLVE_OPTIONS>;

/**
 * The PSF that a command line names, or those of the channels.
 *
 * @throws {InputError} See {@link psfSource}.
 */
export function psfSources(args: DeconvolveArguments): PsfSource[] {
  const { psf: files = [], wavelength: wavelengths = [] } = args;
  const count = Math.max(files.length, wavelengths.length, 1);
  return Array.from({ length: count }, (_, i) =>
    psfSource({ ...args, psf: files[i], wavelength: wavelengths[i] }),
  );
}
