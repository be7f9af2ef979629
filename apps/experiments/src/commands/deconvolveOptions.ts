import {
  BOUNDARIES,
  CLASSICAL_ALGORITHMS,
  describeUnknown,
  describeViolation,
  InputError,
  NEGATIVES,
  PRECISIONS,
  STOPPING_RULES,
  TIKHONOV_PENALTIES,
} from '@blurcycle/core';
import type { PsfSource } from '@blurcycle/deconvolution';
import { classicalSettingsSchema, ruleOf, type ClassicalSettings } from '@blurcycle/experiment';
import type { Options } from 'yargs';
import {
  type ArgumentsOf,
  COMPUTE_OPTIONS,
  JSON_OPTION,
  namesOf,
  type OptionGroup,
  STACK_OPTIONS,
} from './commonOptions.ts';
import { AUTOMATIC_END, AUTOMATIC_METHOD, parseIterations, parseOffset } from './automatic.ts';
import { OUTPUT_OPTIONS } from './outputOptions.ts';
import { PSF_SOURCE_OPTIONS, psfSource } from './psfSource.ts';

/** An option of a classical method; of the settings it stands for the first that the method has. */
interface ClassicalOption extends Options {
  readonly settings: readonly string[];
}

const PARAMETERS = {
  iterations: {
    settings: ['iterations', 'objectIterations'],
    type: 'string',
    defaultDescription: '50; linear and --stop discrepancy 200; blind-rl 20 a round',
    describe:
      'updates, or steps of the solver at most; auto: Richardson-Lucy ends at the noise level of the stack, or where updates change less than 1 %',
    coerce: parseIterations,
  },
  stop: {
    settings: ['stop'],
    choices: STOPPING_RULES,
    defaultDescription: 'iterations',
    describe: 'Richardson-Lucy: end after --iterations, or at the noise level of the data',
  },
  background: {
    settings: ['background'],
    type: 'number',
    defaultDescription: '0',
    describe: "constant light behind the object, kept in the model; not the camera's offset",
  },
  boundary: {
    settings: ['boundary'],
    choices: BOUNDARIES,
    defaultDescription: 'weights',
    describe: 'beyond the edge: unseen objects, zeros, the mirrored or the repeated stack',
  },
  negatives: {
    settings: ['negatives'],
    choices: NEGATIVES,
    defaultDescription: 'refuse',
    describe: 'Richardson-Lucy: negative values in the stack are an error, or are set to 0',
  },
  start: {
    settings: ['start'],
    type: 'string',
    defaultDescription: 'flat',
    describe: 'Richardson-Lucy: first estimate: flat, observed, or a TIFF stack',
  },
  tolerance: {
    settings: ['relativeTolerance', 'tolerance'],
    type: 'number',
    describe:
      'stop when an update changes less than this fraction (linear: at this residual, 1e-4)',
  },
  accelerated: {
    settings: ['accelerated'],
    type: 'boolean',
    describe: 'Richardson-Lucy: accelerated updates; fewer than half of the iterations',
  },
  lambda: {
    settings: ['lambdaTv', 'lambda'],
    type: 'number',
    defaultDescription: 'rl-tv 0.002, tikhonov 0.01',
    describe: 'weight of smoothness',
  },
  penalty: {
    settings: ['penalty'],
    choices: TIKHONOV_PENALTIES,
    defaultDescription: 'identity',
    describe: 'tikhonov: penalize values, or differences of neighbors',
  },
  'noise-to-signal': {
    settings: ['noiseToSignal'],
    type: 'number',
    defaultDescription: 'estimated',
    describe: 'wiener: variance of the noise over that of the object',
  },
  'keep-negative': {
    settings: ['nonNegative'],
    type: 'boolean',
    describe: 'wiener, tikhonov: keep negative values of the result',
  },
  rounds: {
    settings: ['rounds'],
    type: 'number',
    defaultDescription: '10',
    describe: 'blind-rl: rounds of object and PSF',
  },
  'psf-iterations': {
    settings: ['psfIterations'],
    type: 'number',
    defaultDescription: '2',
    describe: 'blind-rl: updates of the PSF in a round',
  },
} as const satisfies Record<string, ClassicalOption>;

const MODEL_OPTIONS = {
  model: {
    type: 'string',
    describe: 'folder of a trained model, instead of --method and a PSF',
  },
  whole: {
    type: 'boolean',
    default: false,
    describe: 'with --model: all of the stack at once, no tiles; takes the most memory',
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
  ...PARAMETERS,
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

type Algorithm = ClassicalSettings['algorithm'];

/** The settings of the method, and a file to start from, if one was named. */
interface ClassicalRequest {
  readonly settings: ClassicalSettings;
  readonly startFile: string | undefined;
}

/**
 * The method that a command line describes.
 *
 * @throws {InputError} One line: an unknown method, a parameter that the method does not have, a
 *   value out of range.
 */
export function classicalRequest(args: DeconvolveArguments): ClassicalRequest {
  const isAuto = args.method === 'auto';
  const algorithm = isAuto ? 'rl-tv' : CLASSICAL_ALGORITHMS.find((known) => known === args.method);
  if (algorithm === undefined) throw unknownMethod(args.method);
  const isFile = args.start !== undefined && args.start !== 'flat' && args.start !== 'observed';
  const settings: Record<string, unknown> = { algorithm, ...(isAuto ? AUTOMATIC_METHOD : {}) };
  const optionOf = new Map<string, string>();
  for (const option of namesOf(PARAMETERS)) {
    const value = args[option];
    if (value === undefined) continue;
    const setting = settingFor(option, algorithm);
    if (option === 'start' && isFile) continue;
    if (value === 'auto') {
      settingFor('stop', algorithm);
      Object.assign(settings, AUTOMATIC_END);
      continue;
    }
    settings[setting] = option === 'keep-negative' ? value !== true : value;
    optionOf.set(setting, `--${option}`);
  }
  const parsed = classicalSettingsSchema.safeParse(settings);
  if (parsed.success) return { settings: parsed.data, startFile: isFile ? args.start : undefined };
  const [issue] = parsed.error.issues;
  const name = String(issue.path[0]);
  throw new InputError(
    describeViolation('deconvolve', optionOf.get(name) ?? name, ruleOf(issue), settings[name]),
  );
}

function unknownMethod(method: string | undefined): InputError {
  if (method !== undefined)
    return new InputError(
      describeUnknown('deconvolve', 'method', method, [...CLASSICAL_ALGORITHMS, 'auto']),
    );
  const remedy = `auto, ${CLASSICAL_ALGORITHMS.join(', ')}; or give --model`;
  return new InputError(describeViolation('deconvolve', '--method', 'be given', method, remedy));
}

/** The setting that an option stands for. */
function settingFor(option: keyof typeof PARAMETERS, algorithm: Algorithm): string {
  const candidates: readonly string[] = PARAMETERS[option].settings;
  const found = candidates.find((name) => keysOf(algorithm).includes(name));
  if (found !== undefined) return found;
  const owners = CLASSICAL_ALGORITHMS.filter((name) =>
    candidates.some((key) => keysOf(name).includes(key)),
  );
  throw new InputError(
    describeViolation(
      'deconvolve',
      `--${option}`,
      `go with --method ${owners.join(' or ')}`,
      `--method ${algorithm}`,
      'leave it out',
    ),
  );
}

function keysOf(algorithm: Algorithm): string[] {
  const schema = classicalSettingsSchema.options.find(
    ({ shape }) => shape.algorithm.value === algorithm,
  );
  return Object.keys(schema?.shape ?? {});
}
