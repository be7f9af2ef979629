import {
  createRandomStream,
  createVolume,
  type DefocusModel,
  type KernelConstraint,
  type KernelForm,
  type KernelGauge,
  type KernelInit,
  type OpticsName,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import {
  buildLearnedBlur,
  buildPupilBlur,
  type LinearBlur,
  type PupilBlur,
  type PupilBlurOptions,
  startingKernel,
} from '@blurcycle/models';

/** Form, window and start of a learned blur kernel. */
export interface BlurKernelSettings {
  /** A number for each voxel, or the PSF of a pupil. @defaultValue 'free' */
  readonly blurKernelForm?: KernelForm | undefined;
  readonly blurKernelSize: Shape3;
  readonly blurKernelInit: KernelInit;
  /** Standard deviation of the Gaussian initialization in voxels, the same along every axis. */
  readonly blurKernelSigmaVoxels: number;
  readonly blurKernelGauge: KernelGauge;
  readonly blurKernelConstraint: KernelConstraint;
  /** What a pupil learns; needed for the form `pupil`. */
  readonly blurKernelPupil?: PupilLearning | undefined;
}

/** What a pupil learns. */
interface PupilLearning {
  readonly learn: readonly OpticsName[];
  readonly defocus: DefocusModel;
}

/** Numbers of a pupil: optics, Zernike coefficients and gain. */
export type PupilNumbers = PupilBlurOptions['start'] & { readonly zernike: readonly number[] };

/** Where a learned kernel starts, if stated optics or the data decide that. */
export interface KernelStart {
  /** What a free kernel starts from. */
  readonly kernel: Volume;
  /** The pupil behind it, for the form `pupil`. */
  readonly pupil: {
    /** As stated: what learned optics are ratios to. */
    readonly optics: PupilBlurOptions['optics'];
    readonly start: PupilBlurOptions['start'];
  } | null;
}

/** Name of the random stream that F draws its initial weights from. */
export const BLUR_GENERATOR = 'blurGenerator';

/** The stream that a network draws its initial weights from. */
export function initialStream(seed: number, name: string): RandomStream {
  return createRandomStream(seed, `init/${name}`);
}

/**
 * The blur generator with a learned kernel.
 *
 * @param start - Needed for the form `pupil`, and for the starts `optics` and `spectra`.
 */
export function buildBlurKernel(
  settings: BlurKernelSettings,
  seed: number,
  start: KernelStart | null,
): LinearBlur | PupilBlur {
  const { blurKernelForm: form = 'free', blurKernelPupil: learning } = settings;
  if (form === 'free')
    return buildLearnedBlur(freeOptions(settings, start), initialStream(seed, BLUR_GENERATOR));
  if (start?.pupil == null || learning === undefined)
    throw new Error('internal: a pupil needs its optics and what it learns');
  return buildPupilBlur({
    size: settings.blurKernelSize,
    voxelSizeUm: start.kernel.voxelSizeUm,
    defocus: learning.defocus,
    learnedOptics: learning.learn,
    ...start.pupil,
  });
}

/**
 * The kernel that a run with a learned kernel starts from, before its first update; needs no
 * back-end.
 *
 * @param seed - Of the run; with the `gaussian` initialization all seeds start alike.
 * @param start - Where the settings do not determine it; constraint and gauge apply to it, too.
 */
export function startKernelOf(
  settings: BlurKernelSettings,
  seed: number,
  voxelSizeUm: VoxelSizeUm,
  start: KernelStart | null = null,
): Volume {
  if (settings.blurKernelForm === 'pupil' && start !== null) return start.kernel;
  const stream = initialStream(seed, BLUR_GENERATOR);
  const values = startingKernel(freeOptions(settings, start), stream);
  return createVolume(settings.blurKernelSize, voxelSizeUm, values);
}

function freeOptions(
  settings: BlurKernelSettings,
  start: KernelStart | null,
): Parameters<typeof startingKernel>[0] {
  return {
    size: settings.blurKernelSize,
    init: start === null ? drawn(settings.blurKernelInit) : start.kernel.data,
    sigmaVoxels: settings.blurKernelSigmaVoxels,
    gauge: settings.blurKernelGauge,
    constraint: settings.blurKernelConstraint,
  };
}

function drawn(init: KernelInit): 'gaussian' | 'normal' {
  if (init === 'gaussian' || init === 'normal') return init;
  throw new Error(`internal: the start '${init}' needs values`);
}
