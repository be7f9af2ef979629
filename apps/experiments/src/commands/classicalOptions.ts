import {
  BOUNDARIES,
  CLASSICAL_ALGORITHMS,
  describeUnknown,
  describeViolation,
  InputError,
  NEGATIVES,
  STOPPING_RULES,
  TIKHONOV_PENALTIES,
} from '@blurcycle/core';
import { classicalSettingsSchema, ruleOf, type ClassicalSettings } from '@blurcycle/experiment';
import type { Options } from 'yargs';
import { automaticEnd, automaticMethod, parseIterations } from './automatic.ts';
import { type ArgumentsOf, namesOf } from './commonOptions.ts';

/** An option of a classical method; of the settings it stands for the first that the method has. */
interface ClassicalOption extends Options {
  readonly settings: readonly string[];
}

/** The parameters of the classical methods, in the order of the help. */
export const CLASSICAL_OPTIONS = {
  iterations: {
    settings: ['iterations', 'objectIterations'],
    type: 'string',
    defaultDescription: '50; linear, --stop discrepancy and held-out 200; blind-rl 20 a round',
    describe:
      'updates, or steps of the solver at most; auto: Richardson-Lucy ends at the noise level of the stack, or where updates change less than 1 %; with --stop held-out by that rule',
    coerce: parseIterations,
  },
  stop: {
    settings: ['stop'],
    choices: STOPPING_RULES,
    defaultDescription: 'iterations',
    describe:
      'Richardson-Lucy: end after --iterations, at the noise level of the data, or where one half of the photons predicts the other best',
  },
  'electrons-per-count': {
    settings: ['electronsPerCount'],
    type: 'number',
    defaultDescription: 'from the noise',
    describe: '--stop held-out: electrons for one gray value, by the data sheet of the camera',
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

type Algorithm = ClassicalSettings['algorithm'];

/** The settings of the method, and a file to start from, if one was named. */
interface ClassicalRequest {
  readonly settings: ClassicalSettings;
  readonly startFile: string | undefined;
}

/** What the command line gives. */
type ClassicalArguments = ArgumentsOf<typeof CLASSICAL_OPTIONS> & {
  readonly method: string | undefined;
};

/**
 * The method that a command line describes.
 *
 * @throws {InputError} One line: an unknown method, a parameter that the method does not have, a
 *   value out of range, two rules at once.
 */
export function classicalRequest(args: ClassicalArguments): ClassicalRequest {
  const isAuto = args.method === 'auto';
  const algorithm = isAuto ? 'rl-tv' : CLASSICAL_ALGORITHMS.find((known) => known === args.method);
  if (algorithm === undefined) throw unknownMethod(args.method);
  const isFile = args.start !== undefined && args.start !== 'flat' && args.start !== 'observed';
  const settings: Record<string, unknown> = {
    algorithm,
    ...(isAuto ? automaticMethod(args.stop) : {}),
  };
  const optionOf = new Map<string, string>();
  for (const option of namesOf(CLASSICAL_OPTIONS)) {
    const value = args[option];
    if (value === undefined) continue;
    const setting = settingFor(option, algorithm);
    if (option === 'start' && isFile) continue;
    if (value === 'auto') {
      settingFor('stop', algorithm);
      Object.assign(settings, automaticEnd(args.stop));
      continue;
    }
    settings[setting] = option === 'keep-negative' ? value !== true : value;
    optionOf.set(setting, `--${option}`);
  }
  refuseContradictions(args);
  const parsed = classicalSettingsSchema.safeParse(settings);
  if (parsed.success) return { settings: parsed.data, startFile: isFile ? args.start : undefined };
  const [issue] = parsed.error.issues;
  const name = String(issue.path[0]);
  throw new InputError(
    describeViolation('deconvolve', optionOf.get(name) ?? name, ruleOf(issue), settings[name]),
  );
}

/** Refuses what would be passed over. */
function refuseContradictions({ iterations, stop, tolerance, ...args }: ClassicalArguments): void {
  const electrons = args['electrons-per-count'];
  const found = (
    [
      [
        iterations === 'auto' && stop === 'iterations',
        '--iterations auto',
        'go with --stop discrepancy or held-out',
        '--stop iterations',
      ],
      [
        stop === 'held-out' && tolerance !== undefined,
        '--tolerance',
        'be left out with --stop held-out, which says itself where updates end',
        tolerance,
      ],
      [
        stop !== 'held-out' && electrons !== undefined,
        '--electrons-per-count',
        'go with --stop held-out',
        electrons,
      ],
    ] as const
  ).find(([applies]) => applies);
  if (found === undefined) return;
  const [, option, rule, value] = found;
  throw new InputError(describeViolation('deconvolve', option, rule, value));
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
function settingFor(option: keyof typeof CLASSICAL_OPTIONS, algorithm: Algorithm): string {
  const candidates: readonly string[] = CLASSICAL_OPTIONS[option].settings;
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
