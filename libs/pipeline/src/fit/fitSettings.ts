import {
  describeViolation,
  formatValue,
  InputError,
  type KernelForm,
  type KernelInit,
  type Precision,
  type Shape3,
} from '@blurcycle/core';
import {
  loadExperiments,
  resolveRun,
  type RunSettings,
  type StatedOptics,
} from '@blurcycle/experiment';

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
}

/** Form and start of a learned kernel; undefined where the method decides. */
interface KernelWishes {
  readonly form: KernelForm | undefined;
  readonly init: KernelInit | undefined;
  /** As the user states them; null where they were not asked for. */
  readonly optics: StatedOptics | null;
}

/** The third discriminator sees a quarter of this, its smallest input. */
const SMALLEST_PATCH_SIDE = 16;

/**
 * Half-life of the moving average of the weights of G, which predicts, as a part of the updates: it
 * steadies a training that a user stops early or at constant rates, and costs nothing.
 */
const AVERAGE_HALF_LIFE = 0.02;

/**
 * The settings of a profile for the blind or the non-blind method, with what the user changed.
 *
 * @param blind - Whether the kernel is learned.
 * @throws {InputError} If a wish is out of range or the patch does not fit the kernel.
 */
export function fitSettings(
  experimentsDir: string,
  { profile, seed, updates, patch, width, kernelSize, kernel, precision }: SettingsWishes,
  blind: boolean,
): FitSettings {
  const method = blind ? blindMethod(kernel) : 'non-blind';
  const { settings } = resolveRun(loadExperiments(experimentsDir), { method, profile, seed });
  positiveInteger('--updates', updates);
  positiveInteger('--width', width);
  const training = {
    ...settings.training,
    ...averaged(updates ?? settings.training.updates),
    ...(updates === undefined ? {} : { updates }),
    ...(patch === undefined ? {} : { patch }),
    ...(precision === undefined ? {} : { precision }),
  };
  const inference = {
    ...settings.inference,
    ...(precision === undefined ? {} : { precision }),
  };
  const network = {
    ...settings.network,
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
  checkSides(training.patch, network.blurKernelSize, training.cycleBorder);
  return { method: settings.method, network, training, inference };
}

function averaged(updates: number): Pick<FitSettings['training'], 'averageHalfLife' | 'select'> {
  return { averageHalfLife: Math.max(1, AVERAGE_HALF_LIFE * updates), select: 'average' };
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

/** Smallest sides of a stack: the patch, and the surroundings that make its blur exact. */
export function stackSidesNeeded({ training, network }: FitSettings): Shape3 {
  const border = (axis: number): number =>
    training.cycleBorder === 'exclude' ? network.blurKernelSize[axis] - 1 : 0;
  return [
    training.patch[0] + border(0),
    training.patch[1] + border(1),
    training.patch[2] + border(2),
  ];
}

/**
 * Throws unless patches can be cut from the smallest stack.
 *
 * @param smallest - Smallest side along each axis over all stacks.
 */
export function checkStackSides(settings: FitSettings, smallest: Shape3): void {
  const needed = stackSidesNeeded(settings);
  if (needed.every((side, axis) => side <= smallest[axis])) return;
  const { patch } = settings.training;
  const border = needed.map((side, axis) => side - patch[axis]);
  const largest = smallest.map((side, axis) =>
    Math.min(patch[axis], Math.floor((side - border[axis]) / 4) * 4),
  );
  const remedy = largest.every((side) => side >= SMALLEST_PATCH_SIDE)
    ? `give --patch ${largest.join(',')}`
    : 'take larger stacks or a smaller --kernel';
  throw new InputError(
    describeViolation(
      'fit',
      'every stack',
      `be at least ${formatValue(needed)} voxels for patches of ${formatValue(patch)} and half a kernel around them`,
      smallest,
      remedy,
    ),
  );
}

function checkSides(patch: Shape3, kernel: Shape3, cycleBorder: 'keep' | 'exclude'): void {
  const multiples = patch.every(
    (side) => Number.isInteger(side) && side % 4 === 0 && side >= SMALLEST_PATCH_SIDE,
  );
  if (!multiples) {
    throw new InputError(
      describeViolation(
        'fit',
        '--patch',
        `be multiples of 4, ${SMALLEST_PATCH_SIDE} or more`,
        patch,
        'for example 16,48,48',
      ),
    );
  }
  if (!kernel.every((side) => Number.isInteger(side) && side % 2 === 1)) {
    const remedy = 'an even side has no center voxel';
    throw new InputError(describeViolation('fit', '--kernel', 'be odd', kernel, remedy));
  }
  if (cycleBorder === 'exclude' && kernel.some((side, axis) => side > patch[axis])) {
    const rule = `be no larger than the patch ${formatValue(patch)}`;
    throw new InputError(
      describeViolation(
        'fit',
        '--kernel',
        rule,
        kernel,
        'take a larger --patch or a smaller --kernel',
      ),
    );
  }
}

function positiveInteger(option: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new InputError(describeViolation('fit', option, 'be a positive integer', value));
}
