import { describeViolation, InputError, PSF_CENTERS, PSF_MODELS } from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import type { StatedOptics } from '@blurcycle/experiment';
import { type ArgumentsOf, namesOf, type OptionGroup, triple } from './commonOptions.ts';
import { OPTICS_OPTIONS, psfRequest } from './psfOptions.ts';

const NEEDED = { defaultDescription: 'needed without --psf' } as const;

const COMPUTED_PSF = {
  'psf-model': {
    type: 'string',
    defaultDescription: 'born-wolf',
    describe: `without --psf, from the optics: ${PSF_MODELS.join(', ')}`,
  },
  'psf-size': {
    type: 'string',
    defaultDescription: 'up to 61,61,61',
    describe: 'without --psf: sides in voxels, z,y,x; odd',
    coerce: triple('--psf-size', '31,31,31'),
  },
} as const satisfies OptionGroup;

/** Which PSF a stack was taken with: a file, or optics. */
export const PSF_SOURCE_OPTIONS = {
  psf: { type: 'string', describe: 'TIFF stack of the PSF; it is normalized to sum 1' },
  'psf-center': {
    choices: PSF_CENTERS,
    defaultDescription: 'peak',
    describe: 'with --psf: where its origin is, after smoothing; it is moved to the middle voxel',
  },
  'psf-background': {
    type: 'number',
    defaultDescription: '0',
    describe: 'with --psf: constant background of its file, subtracted',
  },
  'psf-voxel': {
    type: 'string',
    defaultDescription: "its file's, or the stack's",
    describe: 'with --psf: its voxel size in µm, z,y,x; it is resampled to the stack',
    coerce: triple('--psf-voxel', '0.1,0.1,0.1'),
  },
  'crop-psf': {
    type: 'boolean',
    default: false,
    describe: 'with a --boundary other than weights: cut a PSF that is larger than the stack',
  },
  ...COMPUTED_PSF,
  ...OPTICS_OPTIONS,
  na: { ...OPTICS_OPTIONS.na, ...NEEDED },
  ni: { ...OPTICS_OPTIONS.ni, ...NEEDED },
  wavelength: { ...OPTICS_OPTIONS.wavelength, ...NEEDED },
} as const satisfies OptionGroup;

/** Names of these options, and what the help calls them. */
export const PSF_GROUP: [names: string[], heading: string] = [namesOf(PSF_SOURCE_OPTIONS), 'PSF:'];

/** What the options give. */
type PsfSourceArguments = ArgumentsOf<typeof PSF_SOURCE_OPTIONS>;

/**
 * The PSF that a command line names: a file, or optics.
 *
 * @throws {InputError} If there is neither, both, or the optics are not complete.
 */
export function psfSource(args: PsfSourceArguments): PsfSource {
  const given = givenOptics(args);
  if (args.psf !== undefined) {
    if (given.length > 0) throw refuse(`--${given[0]}`, 'be left out with --psf', 'both');
    return {
      kind: 'file',
      path: args.psf,
      center: args.psfCenter ?? 'peak',
      background: args.psfBackground ?? 0,
      voxelSizeUm: args.psfVoxel,
    };
  }
  for (const option of ['psf-center', 'psf-background', 'psf-voxel'] as const) {
    if (args[option] !== undefined) throw refuse(`--${option}`, 'go with --psf', args[option]);
  }
  const missing = missingOptics(args);
  if (missing.length > 0) throw incomplete(given, missing);
  const { psfModel: model } = args;
  return {
    kind: 'optics',
    shape: args.psfSize,
    given: givenSettings(args),
    request: ([dz, dy, dx], [depth, height, width]) =>
      psfRequest(
        { ...args, model, voxel: [dz, dy, dx], size: [depth, height, width] },
        '--psf-model',
      ),
  };
}

/**
 * The optics that a command line states for a kernel that is learned: where it starts, not what it
 * is.
 *
 * @throws {InputError} If a PSF is named, too, or the optics are not complete.
 */
export function statedOptics(args: PsfSourceArguments): StatedOptics {
  if (args.psf !== undefined)
    throw refuse('--psf', 'be left out for a kernel that is learned', args.psf);
  const missing = missingOptics(args);
  if (missing.length > 0) throw incomplete(givenOptics(args), missing);
  const model = args.psfModel;
  const request = psfRequest({ ...args, model, voxel: undefined, size: undefined }, '--psf-model');
  const { numericalAperture, immersionIndex, emissionWavelengthUm } = request;
  return { numericalAperture, immersionIndex, emissionWavelengthUm };
}

function missingOptics(args: PsfSourceArguments): ('na' | 'ni' | 'wavelength')[] {
  if (args.preset !== undefined) return [];
  return (['na', 'ni', 'wavelength'] as const).filter((option) => args[option] === undefined);
}

function givenSettings(args: PsfSourceArguments): Readonly<Record<string, string | number>> {
  const { na, ni, wavelength } = OPTICS_OPTIONS;
  const all = {
    preset: args.preset,
    model: args.psfModel,
    [na.setting]: args.na,
    [ni.setting]: args.ni,
    [wavelength.setting]: args.wavelength,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      (entry): entry is [string, string | number] => entry[1] !== undefined,
    ),
  );
}

function incomplete(given: readonly string[], missing: readonly string[]): InputError {
  if (given.length === 0) {
    const remedy = '--psf FILE, or the optics: --na 1.4 --ni 1.515 --wavelength 0.52';
    return refuse('a PSF', 'be given', 'none', remedy);
  }
  const options = missing.map((option) => `--${option}`).join(', ');
  const remedy = 'a PSF from the optics needs --na, --ni and --wavelength';
  return refuse(options, 'be given, too', 'nothing', remedy);
}

/** Whether a command line names a PSF in any way. */
export function namesPsf(args: PsfSourceArguments): boolean {
  const ofFile = [args.psf, args.psfCenter, args.psfBackground, args.psfVoxel];
  return ofFile.some((value) => value !== undefined) || givenOptics(args).length > 0;
}

/** Names of the options that describe optics and were given. */
function givenOptics(args: PsfSourceArguments): string[] {
  return namesOf({ ...OPTICS_OPTIONS, ...COMPUTED_PSF }).filter(
    (option) => args[option] !== undefined,
  );
}

function refuse(option: string, rule: string, value: unknown, remedy?: string): InputError {
  return new InputError(describeViolation('psf', option, rule, value, remedy));
}
