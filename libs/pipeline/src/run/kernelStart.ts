import {
  assertRange,
  createVolume,
  sum,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import type { Pair } from '@blurcycle/data';
import {
  type DatasetSettings,
  type RunSettings,
  type StatedOptics,
  statedOptics,
} from '@blurcycle/experiment';
import { kernelFromSpectra } from '@blurcycle/imaging';
import { gaussianKernel } from '@blurcycle/models';
import { createPupilKernel, type PupilParameters } from '@blurcycle/psf';
import type { KernelStart } from '@blurcycle/training';

/** How the blurred volumes were recorded, as far as anybody says. */
export interface Recording {
  readonly voxelSizeUm: VoxelSizeUm;
  /** Null where only the settings of the kernel may state them. */
  readonly optics: StatedOptics | null;
  /** Of a simulation: it blurs with periodic borders. Null for a microscope. */
  readonly simulated: {
    /** Sides in voxels at which the simulated PSF ends. */
    readonly psfShape: Shape3;
  } | null;
}

/** The recording of the data of an experiment. */
export function recordingOf({ voxelSizeUm, psf, kind }: DatasetSettings): Recording {
  const simulated = kind === 'tiff-folders' ? null : { psfShape: psf.size };
  return { voxelSizeUm, optics: psf, simulated };
}

type NetworkSettings = RunSettings['network'];

/**
 * Where a learned kernel starts, from the training volumes of both sets or from stated optics; null
 * where the settings and the seed of the run determine it, and for a method that learns none.
 *
 * Cost: none of the data for the start `optics`; see `kernelFromSpectra` for `spectra`.
 *
 * @param pairs - Training volumes; which sharp one stands beside which blurred one does not matter.
 * @throws {RuleError} If the volumes are too small, or their means give no gain.
 */
export function kernelStart(
  { method, network }: Pick<RunSettings, 'method' | 'network'>,
  recording: Recording,
  pairs: Pairs,
): KernelStart | null {
  if (method.blurPath !== 'learned-kernel') return null;
  const held = network.blurKernelConstraint === 'mean-ratio';
  switch (network.blurKernelInit) {
    case 'normal':
      return null;
    case 'gaussian':
      return held ? inHaze(gaussianStart(network, recording), meanRatio(pairs)) : null;
    case 'optics': {
      const start = opticsStart(network, recording);
      return held ? brightened(start, meanRatio(pairs)) : start;
    }
    case 'spectra':
      return spectraStart(network, recording, pairs);
  }
}

/** Whether the training volumes decide where a learned kernel starts. */
export function startsFromData({
  blurKernelInit,
  blurKernelConstraint,
}: Pick<NetworkSettings, 'blurKernelInit' | 'blurKernelConstraint'>): boolean {
  return blurKernelInit === 'spectra' || blurKernelConstraint === 'mean-ratio';
}

function gaussianStart(
  { blurKernelSize: shape, blurKernelSigmaVoxels: sigma }: NetworkSettings,
  { voxelSizeUm }: Recording,
): KernelStart {
  const kernel = createVolume(shape, voxelSizeUm, gaussianKernel(shape, sigma));
  return { kernel, pupil: null };
}

/** A free kernel with that sum: all voxels get the same added, the haze that a Gaussian lacks. */
function inHaze({ kernel }: KernelStart, total: number): KernelStart {
  const haze = (total - sum(kernel.data)) / kernel.data.length;
  return withValues(kernel, (value) => value + haze);
}

/** A free kernel with that sum: a PSF has its haze. */
function brightened({ kernel }: KernelStart, total: number): KernelStart {
  const gain = total / sum(kernel.data);
  return withValues(kernel, (value) => gain * value);
}

function withValues(
  { shape, voxelSizeUm, data }: Volume,
  change: (value: number) => number,
): KernelStart {
  return { kernel: createVolume(shape, voxelSizeUm, data.map(change)), pupil: null };
}

type Pairs = readonly Pick<Pair, 'blurred' | 'sharp'>[];

/** The mean of the blurred volumes over that of the sharp ones. */
function meanRatio(pairs: Pairs): number {
  const [blurred, sharp] = bothSets(pairs).map((volumes) => {
    const voxels = sum(volumes.map(({ data }) => data.length));
    return sum(volumes.map(({ data }) => sum(data))) / voxels;
  });
  const ratio = blurred / sharp;
  assertRange(
    ratio > 0 && Number.isFinite(ratio),
    'kernelStart',
    'the mean of blurred over that of sharp',
    'be positive and finite',
    ratio,
  );
  return ratio;
}

/** The blurred and the sharp volumes, each once. */
function bothSets(pairs: Pairs): readonly [readonly Volume[], readonly Volume[]] {
  const once = (volumes: readonly Volume[]): readonly Volume[] => [...new Set(volumes)];
  return [once(pairs.map(({ blurred }) => blurred)), once(pairs.map(({ sharp }) => sharp))];
}

function opticsStart(network: NetworkSettings, recording: Recording): KernelStart {
  const optics = statedOptics(network, recording.optics);
  const start: PupilParameters = { ...optics, ...withTerms(network, []), logGain: 0 };
  return startAt(network, recording, optics, start);
}

function spectraStart(network: NetworkSettings, recording: Recording, pairs: Pairs): KernelStart {
  const { blurKernelForm, blurKernelSize: size, blurKernelPupil: pupil } = network;
  const [blurred, sharp] = bothSets(pairs);
  const taper = recording.simulated === null ? 'hann' : 'none';
  if (blurKernelForm === 'free') {
    const { kernel } = kernelFromSpectra(blurred, sharp, { size, taper });
    return { kernel: withVoxels(kernel, recording), pupil: null };
  }
  const optics = statedOptics(network, recording.optics);
  const { sphericalStart: spherical, defocus, learn: fittedOptics } = pupil;
  const fit = { optics, fittedOptics, defocus, ...(spherical === null ? {} : { spherical }) };
  const window = pupilWindow(size, recording, [...blurred, ...sharp]);
  const { pupil: found } = kernelFromSpectra(blurred, sharp, { size: window, taper, pupil: fit });
  if (found === null) throw new Error('internal: a fit of a pupil has a pupil');
  return startAt(network, recording, optics, { ...found, ...withTerms(network, found.zernike) });
}

/** Sides beyond which a fit of a pupil takes minutes. */
const LARGEST_WINDOW = 31;

/**
 * The window that the PSF of a pupil is fitted in: what a window cuts off bends the fit. That of a
 * simulation; else nearly twice the kernel, as far as two thirds of the volumes allow.
 */
function pupilWindow(size: Shape3, { simulated }: Recording, volumes: readonly Volume[]): Shape3 {
  const side = (axis: 0 | 1 | 2): number => {
    const smallest = Math.min(...volumes.map(({ shape }) => shape[axis]));
    const most = 2 * Math.floor((Math.floor(smallest / 1.5) - 1) / 2) + 1; // odd, at most 2/3
    const wanted = simulated?.psfShape[axis] ?? Math.min(2 * size[axis] - 1, LARGEST_WINDOW);
    return Math.min(Math.max(wanted, size[axis]), most);
  };
  return [side(0), side(1), side(2)];
}

/** The kernel of a pupil, and the pupil itself where the kernel keeps that form. */
function startAt(
  { blurKernelForm, blurKernelSize: shape, blurKernelPupil }: NetworkSettings,
  { voxelSizeUm }: Recording,
  optics: StatedOptics,
  start: PupilParameters,
): KernelStart {
  const { defocus } = blurKernelPupil;
  const zernikeTerms = start.zernike.length;
  const map = createPupilKernel({ shape, voxelSizeUm, zernikeTerms, defocus, design: optics });
  const values = Float32Array.from(map.evaluate(start).kernel);
  return {
    kernel: createVolume(shape, voxelSizeUm, values),
    pupil: blurKernelForm === 'pupil' ? { optics, start } : null,
  };
}

/** As many coefficients as the pupil has, those behind the given ones 0. */
function withTerms(
  { blurKernelPupil: { zernikeTerms } }: NetworkSettings,
  given: ArrayLike<number>,
): Pick<PupilParameters, 'zernike'> {
  return { zernike: Array.from({ length: zernikeTerms }, (_, j) => given[j] ?? 0) };
}

/** Files round voxel sizes; the settings state them. */
function withVoxels({ shape, data }: Volume, { voxelSizeUm }: Recording): Volume {
  return createVolume(shape, voxelSizeUm, data);
}
