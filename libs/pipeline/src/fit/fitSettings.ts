import {
  describeViolation,
  InputError,
  type KernelForm,
  type KernelInit,
  type Precision,
  type SelectionRule,
  type Shape3,
} from '@blurcycle/core';
import {
  loadExperiments,
  resolveRun,
  type RunSettings,
  type StatedOptics,
} from '@blurcycle/experiment';
import { checkPatch, checkSides } from './patchSides.ts';

/** Settings of a fit: those of a profile, without a simulated data set. */
export type FitSettings = Pick<RunSettings, 'method' | 'network' | 'training' | 'inference'>;

/** Settings of the command line; undefined where the profile decides. */
export interface SettingsWishes {
  readonly profile: string;
  readonly seed: number;
  readonly updates: number | undefined;
  readonly patch: Shape3 | undefined;
  readonly width: number | undefined;
  readonly kernelSize: Shape3 | undefined;
  /** Of a kernel that is learned. */
  readonly kernel?: KernelWishes | undefined;
  /** Of training and model alike. */
  readonly precision?: Precision | undefined;
  /** Which weights become the model. @defaultValue 'last' */
  readonly select?: FitSelection | undefined;
  /** Of simulated pairs: real blurred patches count, too, in the last part. @defaultValue false */
  readonly fineTune?: boolean | undefined;
}

/** Rules by which `fit` selects weights: their average at the end, or by what is held out. */
export const FIT_SELECTIONS = ['last', 'cycle-residual', 'held-out'] as const;
/** One of `FIT_SELECTIONS`. */
type FitSelection = (typeof FIT_SELECTIONS)[number];

/**
 * How a model learns. `simulated`: from pairs that are simulated from the sharp stacks by a known
 * PSF. `non-blind`, `blind`: the paper's cycles, with a known and with a learned kernel. `kernel`:
 * the first stage where no PSF is known, which learns kernel and noise for simulated pairs.
 */
export type FitKind = 'simulated' | 'non-blind' | 'blind' | 'kernel';

/** What `fit` trains by default. */
const SIMULATED_PAIRS: FitSettings['method'] = {
  id: 'simulated-pairs',
  label: 'Trained on simulated pairs',
  sampling: 'paired',
  blurPath: 'none',
  discriminators: [],
  pixelLoss: 'l2', // the error that PSNR measures
};

/** The same, tuned on the real images: ‖y - h*G(y)‖² of them counts at the end, too. */
const TUNED_PAIRS: FitSettings['method'] = {
  ...SIMULATED_PAIRS,
  id: 'simulated-pairs-tuned',
  label: 'Trained on simulated pairs, tuned on the images',
  blurPath: 'known-psf',
  cycles: 'blurred',
};

/** The last quarter, as in the experiment `ablation-simulated`, by the error of the pairs. */
const FINE_TUNING = { blurredCycleFrom: 0.75, cycleNorm: 'l2' } as const;

/** Form and start of a learned kernel; undefined where the method decides. */
interface KernelWishes {
  readonly form: KernelForm | undefined;
  readonly init: KernelInit | undefined;
  /** As the user states them; null where they were not asked for. */
  readonly optics: StatedOptics | null;
}

/**
 * Half-life of the moving average of the weights of G, which predicts, as a part of the updates: it
 * steadies a training that a user stops early or at constant rates, and costs nothing.
 */
const AVERAGE_HALF_LIFE = 0.02;

/**
 * Updates on simulated pairs for each of the profile: without cycles and discriminators an update
 * takes less than half of the time, and the result still improved from 4000 to 8000.
 */
const UPDATES_OF_PAIRS = 4;

/**
 * The settings of a profile for a kind of training, with what the user changed.
 *
 * @throws {InputError} If a wish is out of range or the patch does not fit the kernel.
 */
export function fitSettings(
  experimentsDir: string,
  wishes: SettingsWishes,
  kind: FitKind,
): FitSettings {
  const { profile, seed, updates, patch, width, kernelSize, kernel, precision, select } = wishes;
  const isSimulated = kind === 'simulated';
  const isTuned = isSimulated && wishes.fineTune === true;
  const { settings } = resolveRun(loadExperiments(experimentsDir), {
    ...{ method: methodOf(kind, kernel), profile, seed },
  });
  positiveInteger('--updates', updates);
  positiveInteger('--width', width);
  const ownUpdates = settings.training.updates * (isSimulated ? UPDATES_OF_PAIRS : 1);
  const training = {
    ...settings.training,
    updates: updates ?? ownUpdates,
    ...averaged(updates ?? ownUpdates),
    ...selected(select, kind),
    ...(isTuned ? FINE_TUNING : {}),
    ...(patch === undefined ? {} : { patch }),
    ...(precision === undefined ? {} : { precision }),
  };
  const inference = {
    ...settings.inference,
    ...(precision === undefined ? {} : { precision }),
  };
  const network = {
    ...settings.network,
    // Brightness decides what is structure and what is noise, and tiles have to agree about it.
    ...(isSimulated ? { normalization: 'none' as const } : {}),
    // The discriminators keep the ratio of their width.
    ...(width === undefined
      ? {}
      : {
          width,
          discriminatorWidth: Math.max(
            1,
            Math.round((width * settings.network.discriminatorWidth) / settings.network.width),
          ),
        }),
    ...(kernelSize === undefined ? {} : { blurKernelSize: kernelSize }),
    ...wishedKernel(settings.network, kernel),
  };
  checkKernel(network);
  if (isSimulated) {
    const sides = checkPatch(training.patch, 1);
    return {
      method: isTuned ? TUNED_PAIRS : SIMULATED_PAIRS,
      network,
      training: { ...training, patch: sides },
      inference,
    };
  }
  checkSides(training.patch, network.blurKernelSize, training.cycleBorder);
  return { method: settings.method, network, training, inference };
}

function averaged(updates: number): Pick<FitSettings['training'], 'averageHalfLife' | 'select'> {
  return { averageHalfLife: Math.max(1, AVERAGE_HALF_LIFE * updates), select: 'average' };
}

/** @throws {InputError} If the rule looks at what this kind of training does not have. */
function selected(
  select: FitSelection | undefined,
  kind: FitKind,
): { readonly select?: SelectionRule } {
  switch (select) {
    case undefined:
    case 'last':
      return {};
    case 'cycle-residual':
      if (kind === 'simulated') throw unselectable(select, 'go with --cycle');
      return { select: 'best-cycle-residual' };
    case 'held-out':
      if (kind === 'blind' || kind === 'non-blind')
        throw unselectable(select, 'be left out with --cycle, whose stacks have no truth');
      return kind === 'simulated' ? { select: 'best-validation-psnr' } : {};
  }
}

function unselectable(select: string, rule: string): InputError {
  return new InputError(describeViolation('fit', '--select', rule, select));
}

/** The method of `methods.yaml` whose settings a kind of training starts from. */
function methodOf(kind: FitKind, kernel: KernelWishes | undefined): string {
  switch (kind) {
    case 'simulated':
      return 'supervised-mse';
    case 'non-blind':
      return 'non-blind';
    case 'blind':
      return blindMethod(kernel);
    case 'kernel':
      return kernel === undefined ? 'proposed-spectra' : blindMethod(kernel);
  }
}

/** The method whose settings go with a kernel: the paper's, unless it is to be another one. */
function blindMethod(kernel: KernelWishes | undefined): string {
  if (kernel?.form === 'pupil') return 'proposed-pupil';
  return kernel?.init === 'spectra' || kernel?.init === 'optics' ? 'proposed-spectra' : 'proposed';
}

type NetworkSettings = RunSettings['network'];

function wishedKernel(
  { blurKernelPupil }: NetworkSettings,
  kernel: KernelWishes | undefined,
): Partial<NetworkSettings> {
  if (kernel === undefined) return {};
  const { init, optics } = kernel;
  return {
    ...(init === undefined ? {} : { blurKernelInit: init }),
    ...(optics === null ? {} : { blurKernelPupil: { ...blurKernelPupil, ...optics } }),
  };
}

function checkKernel({ blurKernelForm, blurKernelInit: init }: NetworkSettings): void {
  if (blurKernelForm === 'free' || init === 'optics' || init === 'spectra') return;
  const rule = "be 'optics' or 'spectra' with --kernel-form pupil";
  throw new InputError(describeViolation('fit', '--kernel-init', rule, init));
}

function positiveInteger(option: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new InputError(describeViolation('fit', option, 'be a positive integer', value));
}
