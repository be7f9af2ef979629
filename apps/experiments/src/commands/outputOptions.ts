import {
  describeViolation,
  InputError,
  STACK_FORMATS,
  WRITABLE_SAMPLE_TYPES,
} from '@blurcycle/core';
import { type OptionGroup, triple } from './commonOptions.ts';

/** What `deconvolve` writes, and how. */
export const OUTPUT_OPTIONS = {
  out: { type: 'string', describe: 'TIFF file to write, or folder name.zarr, for one stack' },
  'out-dir': {
    type: 'string',
    describe: 'folder for the results, each with the name of its stack; those that are there stay',
  },
  'psf-out': {
    type: 'string',
    describe: 'TIFF file for the PSF that was used, or found by blind-rl',
  },
  preview: {
    type: 'string',
    describe: 'PNG file to write: the stack and the result, XY above and XZ below',
  },
  'sample-type': {
    choices: WRITABLE_SAMPLE_TYPES,
    default: 'float32',
    describe: 'type of the stored values; uint16 rounds and clips, and reports how many',
  },
  'sample-scale': {
    type: 'string',
    defaultDescription: '1',
    describe: 'with uint16: what values are multiplied by first; auto: the largest becomes 65535',
    coerce: parseScale,
  },
  format: {
    choices: STACK_FORMATS,
    default: 'imagej',
    describe:
      'metadata of the TIFF file with its voxel size; zarr: a folder of OME-Zarr 0.4, as for --out name.zarr',
  },
  tile: {
    type: 'string',
    describe: 'for large stacks: sides z,y,x of tiles, deconvolved one by one',
    coerce: triple('--tile', '64,256,256'),
  },
  overlap: {
    type: 'string',
    defaultDescription: "the sides of the PSF; the model's",
    describe: 'voxels that neighboring tiles share, z,y,x',
    coerce: triple('--overlap', '31,31,31'),
  },
  stats: {
    type: 'string',
    describe: 'CSV file for the statistics of every iteration; wiener, tikhonov: of the result',
  },
  truth: {
    type: 'string',
    describe: 'with --stats: TIFF stack for PSNR and SSIM of every iteration',
  },
  'data-range': {
    type: 'number',
    describe: 'with --truth: largest minus smallest possible intensity; it is never guessed',
  },
} as const satisfies OptionGroup;

function parseScale(text: string): number | 'auto' {
  const value = text.trim() === '' ? NaN : Number(text);
  if (text === 'auto' || (Number.isFinite(value) && value > 0))
    return text === 'auto' ? text : value;
  const rule = 'be a positive number or auto';
  throw new InputError(describeViolation('deconvolve', '--sample-scale', rule, text));
}
