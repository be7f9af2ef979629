import {
  BOUNDARIES,
  CLASSICAL_ALGORITHMS,
  describeUnknown,
  describeViolation,
  InputError,
  NEGATIVES,
  TIKHONOV_PENALTIES,
} from '@blurcycle/core';
import { classicalSettingsSchema, ruleOf, type ClassicalSettings } from '@blurcycle/experiment';
import type { Argv } from 'yargs';

/** The options of `deconvolve` that describe a classical method; undefined where not given. */
export interface ClassicalArguments {
  method: string | undefined;
  iterations: number | undefined;
  background: number | undefined;
  boundary: string | undefined;
  negatives: string | undefined;
  start: string | undefined;
  tolerance: number | undefined;
  accelerated: boolean | undefined;
  lambda: number | undefined;
  penalty: string | undefined;
  noiseToSignal: number | undefined;
  keepNegative: boolean | undefined;
  rounds: number | undefined;
  psfIterations: number | undefined;
}

/** Adds `--method` and the parameters of the methods. */
export function withClassicalMethod<T>(yargs: Argv<T>): Argv<T & ClassicalArguments> {
  const extended = yargs
    .option('method', { type: 'string', describe: CLASSICAL_ALGORITHMS.join(', ') })
    .option('iterations', {
      type: 'number',
      defaultDescription: '50; linear 200; blind-rl 20 a round',
      describe: 'updates, or steps of the solver at most',
    })
    .option('background', {
      type: 'number',
      defaultDescription: '0',
      describe: "constant light that belongs to no object, such as the camera's offset",
    })
    .option('boundary', {
      choices: BOUNDARIES,
      defaultDescription: 'weights',
      describe: 'beyond the edge: unseen objects, nothing, the mirrored or the repeated stack',
    })
    .option('negatives', {
      choices: NEGATIVES,
      defaultDescription: 'refuse',
      describe: 'Richardson-Lucy: negative values in the stack are an error, or taken for 0',
    })
    .option('start', {
      type: 'string',
      defaultDescription: 'flat',
      describe: 'Richardson-Lucy: first estimate: flat, observed, or a TIFF stack',
    })
    .option('tolerance', {
      type: 'number',
      describe: 'stop when an update changes less than this part (linear: at this residual, 1e-4)',
    })
    .option('accelerated', {
      type: 'boolean',
      describe: 'Richardson-Lucy: updates that start ahead; less than half of the iterations',
    })
    .option('lambda', {
      type: 'number',
      defaultDescription: 'rl-tv 0.002, tikhonov 0.01',
      describe: 'weight of smoothness',
    })
    .option('penalty', {
      choices: TIKHONOV_PENALTIES,
      defaultDescription: 'identity',
      describe: 'tikhonov: penalize values, or differences of neighbors',
    })
    .option('noise-to-signal', {
      type: 'number',
      defaultDescription: 'estimated',
      describe: 'wiener: variance of the noise over that of the object',
    })
    .option('keep-negative', {
      type: 'boolean',
      describe: 'wiener, tikhonov: leave negative results as they are',
    })
    .option('rounds', {
      type: 'number',
      defaultDescription: '10',
      describe: 'blind-rl: rounds of object and PSF',
    })
    .option('psf-iterations', {
      type: 'number',
      defaultDescription: '2',
      describe: 'blind-rl: updates of the PSF in a round',
    });
  // yargs also gives each option its camel-cased name, which its types do not say.
  return extended as unknown as Argv<T & ClassicalArguments>;
}

/** Options and the settings that they become; the first that a method has. */
const SETTINGS_OF: Readonly<
  Record<Exclude<keyof ClassicalArguments, 'method'>, readonly string[]>
> = {
  iterations: ['iterations', 'objectIterations'],
  background: ['background'],
  boundary: ['boundary'],
  negatives: ['negatives'],
  start: ['start'],
  tolerance: ['relativeTolerance', 'tolerance'],
  accelerated: ['accelerated'],
  lambda: ['lambdaTv', 'lambda'],
  penalty: ['penalty'],
  noiseToSignal: ['noiseToSignal'],
  keepNegative: ['nonNegative'],
  rounds: ['rounds'],
  psfIterations: ['psfIterations'],
};

/** The settings of the method, and a file to start from, if one was named. */
export interface ClassicalRequest {
  readonly settings: ClassicalSettings;
  readonly startFile: string | undefined;
}

/**
 * The method that a command line describes.
 *
 * @throws {InputError} One line: an unknown method, a parameter that the method does not have, a
 *   value out of range.
 */
export function classicalRequest(args: ClassicalArguments): ClassicalRequest {
  const algorithm = CLASSICAL_ALGORITHMS.find((known) => known === args.method);
  if (algorithm === undefined) {
    throw new InputError(
      args.method === undefined
        ? describeViolation(
            'deconvolve',
            '--method',
            'be given',
            undefined,
            `${CLASSICAL_ALGORITHMS.join(', ')}; or give --model`,
          )
        : describeUnknown('deconvolve', 'method', args.method, CLASSICAL_ALGORITHMS),
    );
  }
  const { start, ...rest } = args;
  const startFile =
    start === undefined || start === 'flat' || start === 'observed' ? undefined : start;
  const given = { ...rest, ...(startFile === undefined ? { start } : {}), method: undefined };
  const settings: Record<string, unknown> = { algorithm };
  const optionOf = new Map<string, string>();
  if (startFile !== undefined) settingFor('start', algorithm);
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined || !(option in SETTINGS_OF)) continue;
    const setting = settingFor(option as keyof typeof SETTINGS_OF, algorithm);
    settings[setting] = option === 'keepNegative' ? value !== true : value;
    optionOf.set(setting, flag(option));
  }
  const parsed = classicalSettingsSchema.safeParse(settings);
  if (parsed.success) return { settings: parsed.data, startFile };
  const [issue] = parsed.error.issues;
  const name = String(issue.path[0]);
  throw new InputError(
    describeViolation('deconvolve', optionOf.get(name) ?? name, ruleOf(issue), settings[name]),
  );
}

/** The setting that an option stands for. */
function settingFor(
  option: keyof typeof SETTINGS_OF,
  algorithm: ClassicalSettings['algorithm'],
): string {
  const candidates = SETTINGS_OF[option];
  const found = candidates.find((name) => keysOf(algorithm).includes(name));
  if (found !== undefined) return found;
  const owners = CLASSICAL_ALGORITHMS.filter((name) =>
    candidates.some((key) => keysOf(name).includes(key)),
  );
  throw new InputError(
    describeViolation(
      'deconvolve',
      flag(option),
      `go with --method ${owners.join(' or ')}`,
      `--method ${algorithm}`,
      'leave it out',
    ),
  );
}

function keysOf(algorithm: ClassicalSettings['algorithm']): string[] {
  const schema = classicalSettingsSchema.options.find(
    ({ shape }) => shape.algorithm.value === algorithm,
  );
  return Object.keys(schema?.shape ?? {});
}

function flag(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
