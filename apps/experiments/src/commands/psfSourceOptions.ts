import {
  describeViolation,
  InputError,
  PSF_CENTERS,
  PSF_MODELS,
  type Shape3,
} from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import type { Argv } from 'yargs';
import { optionalTriple, withLayers, withOptics } from './opticsOptions.ts';
import { type PsfArguments, psfRequest } from './psfRequest.ts';

type Optics = Omit<PsfArguments, 'model' | 'voxel' | 'size'>;

/** The options that say which PSF a stack was taken with; undefined where not given. */
export interface PsfSourceArguments extends Optics {
  psf: string | undefined;
  psfCenter: 'peak' | 'centroid' | 'middle' | undefined;
  psfBackground: number | undefined;
  psfModel: string | undefined;
  psfSize: Shape3 | undefined;
  cropPsf: boolean;
}

const GROUP = 'PSF:';
const OPTICS = [
  'preset',
  'na',
  'ni',
  'wavelength',
  'integrate',
  'polarization',
  'apodization',
  'ns',
  'depth',
  'ng',
  'ng-design',
  'tg',
  'tg-design',
  'ni-design',
  'working-distance',
  'center-depth',
  'sigma',
];

/** Adds `--psf` and what goes with it, and the optics to compute one from instead. */
export function withPsfSource<T>(yargs: Argv<T>): Argv<T & PsfSourceArguments> {
  const file = yargs
    .option('psf', { type: 'string', describe: 'TIFF stack of the PSF; its sum is brought to 1' })
    .option('psf-center', {
      choices: PSF_CENTERS,
      defaultDescription: 'peak',
      describe: 'with --psf: where its origin is; it is moved to the middle by whole voxels',
    })
    .option('psf-background', {
      type: 'number',
      defaultDescription: '0',
      describe: 'with --psf: constant light in its file, subtracted',
    })
    .option('crop-psf', {
      type: 'boolean',
      default: false,
      describe: 'cut a PSF that is larger than the stack',
    })
    .option('psf-model', {
      type: 'string',
      defaultDescription: 'born-wolf',
      describe: `without --psf, from the optics: ${PSF_MODELS.join(', ')}`,
    })
    .option('psf-size', {
      type: 'string',
      defaultDescription: 'up to 61,61,61',
      describe: 'without --psf: sides in voxels, z,y,x; odd',
      coerce: optionalTriple('--psf-size', '31,31,31'),
    });
  const needed = 'needed without --psf';
  const optics = withLayers(withOptics(file, { na: needed, ni: needed, wavelength: needed }));
  const names = [
    'psf',
    'psf-center',
    'psf-background',
    'crop-psf',
    'psf-model',
    'psf-size',
    ...OPTICS,
  ];
  // yargs also gives each option its camel-cased name, which its types do not say.
  return optics.group(names, GROUP) as unknown as Argv<T & PsfSourceArguments>;
}

/**
 * The PSF that a command line names: a file, or optics.
 *
 * @param voxel - What `--voxel` gave.
 * @throws {InputError} If there is neither, both, or the optics are not complete.
 */
export function psfSource(args: PsfSourceArguments, voxel: Shape3 | undefined): PsfSource {
  const given = givenOptics(args);
  if (args.psf !== undefined) {
    if (given.length > 0) throw refuse(`--${given[0]}`, 'be left out with --psf', 'both');
    return {
      kind: 'file',
      path: args.psf,
      center: args.psfCenter ?? 'peak',
      background: args.psfBackground ?? 0,
      voxelSizeGiven: voxel !== undefined,
    };
  }
  for (const [option, value] of [
    ['--psf-center', args.psfCenter],
    ['--psf-background', args.psfBackground],
  ] as const) {
    if (value !== undefined) throw refuse(option, 'go with --psf', value);
  }
  const missing = (['na', 'ni', 'wavelength'] as const).filter(
    (option) => args[option] === undefined,
  );
  if (args.preset === undefined && missing.length > 0) {
    const rest = missing.map((option) => `--${option}`).join(', ');
    throw given.length === 0
      ? refuse(
          'a PSF',
          'be given',
          'none',
          '--psf FILE, or the optics: --na 1.4 --ni 1.515 --wavelength 0.52',
        )
      : refuse(
          rest,
          'be given, too',
          'nothing',
          'a PSF from the optics needs --na, --ni and --wavelength',
        );
  }
  const { psfModel } = args;
  return {
    kind: 'optics',
    shape: args.psfSize,
    request: ([dz, dy, dx], [depth, height, width]) =>
      psfRequest(
        { ...args, model: psfModel, voxel: [dz, dy, dx], size: [depth, height, width] },
        '--psf-model',
      ),
  };
}

/** Whether a command line says anything of a PSF. */
export function namesPsf(args: PsfSourceArguments): boolean {
  const ofFile = [args.psf, args.psfCenter, args.psfBackground];
  return ofFile.some((value) => value !== undefined) || givenOptics(args).length > 0;
}

/** Names of the options that describe optics and were given. */
function givenOptics(args: PsfSourceArguments): string[] {
  return [...OPTICS, 'psf-model', 'psf-size'].filter(
    (option) => args[camelCase(option) as keyof PsfSourceArguments] !== undefined,
  );
}

function refuse(option: string, rule: string, value: unknown, remedy?: string): InputError {
  return new InputError(describeViolation('psf', option, rule, value, remedy));
}

function camelCase(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
