import { type Convolver, createConvolver3d, type Window } from '@blurcycle/compute/transforms';
import {
  assertRange,
  createVolume,
  formatValue,
  sameShape,
  type Border,
  type Shape3,
  type Volume,
} from '@blurcycle/core';

/** Border, exposure and recorded window of a blur. */
export interface ForwardModelOptions {
  /** @defaultValue 'zero' */
  readonly border?: Border;
  /** Exposure: the factor between the unit-sum PSF and the kernel. @defaultValue 1 */
  readonly gain?: number;
  /** Recorded part of the image. @defaultValue the whole image */
  readonly window?: Window;
}

/**
 * The linear part of image formation, H = gain × convolution with the PSF, and its adjoint Hᵀ.
 *
 * The values of the result are a new array, or `into` where that is given.
 */
export interface ForwardModel {
  forward(object: Volume, into?: Float32Array): Volume;
  adjoint(image: Volume, into?: Float32Array): Volume;
  /** One update of Richardson and Lucy, in place. */
  readonly update: Convolver['update'];
  /** Such updates on a device; undefined where there is none. */
  readonly updatesOnDevice: Convolver['updatesOnDevice'];
}

/**
 * Creates the blur of one PSF for volumes of one shape; the spectrum of the PSF is computed once.
 *
 * @param psf - Odd sides, sum 1 (`normalizePsf` of the psf library), the voxel size of the volumes.
 * @param shape - Shape of the volumes.
 * @throws {RuleError} If the PSF has an even side, a negative or infinite value, or does not sum
 *   to 1 within 1e-4.
 */
export function createForwardModel(
  psf: Volume,
  shape: Shape3,
  options: ForwardModelOptions = {},
): ForwardModel {
  const { border = 'zero', gain = 1, window = { origin: [0, 0, 0], shape } } = options;
  const where = 'createForwardModel';
  assertRange(Number.isFinite(gain) && gain > 0, where, 'gain', 'be positive', gain);
  const sum = psf.data.reduce((total, value) => total + value, 0);
  // 1e-4 accepts a PSF read from a 16-bit file and rejects one that was never normalized.
  assertRange(Math.abs(sum - 1) < 1e-4, where, 'psf', 'sum to 1', sum, 'divide it by its sum');
  assertRange(
    psf.data.every((value) => value >= 0),
    where,
    'psf',
    'have no negative value',
    psf.data.find((value) => !(value >= 0)),
  );
  const kernel = psf.data.map((value) => gain * value);
  const convolver = createConvolver3d(shape, kernel, psf.shape, { border, window });
  const apply =
    (
      operator: (data: Float32Array, into?: Float32Array) => Float32Array,
      from: Shape3,
      to: Shape3,
    ) =>
    (volume: Volume, into?: Float32Array): Volume => {
      assertRange(
        sameShape(volume.shape, from),
        where,
        'volume',
        `have shape ${formatValue(from)}`,
        volume.shape,
      );
      assertSameVoxels(where, volume, psf);
      return createVolume(to, volume.voxelSizeUm, operator(volume.data, into));
    };
  return {
    forward: apply(convolver.forward, shape, window.shape),
    adjoint: apply(convolver.adjoint, window.shape, shape),
    update: convolver.update,
    updatesOnDevice: convolver.updatesOnDevice,
  };
}

/**
 * Convolves a volume with a PSF of unit sum; shape and voxel size stay the same.
 *
 * @see createForwardModel for many volumes with one PSF.
 */
export function blur(object: Volume, psf: Volume, options: ForwardModelOptions = {}): Volume {
  return createForwardModel(psf, object.shape, options).forward(object);
}

/** Throws unless the voxel sizes agree: a kernel is valid for its own voxel size only. */
function assertSameVoxels(where: string, volume: Volume, psf: Volume): void {
  // 0.1 %: the rational resolution tags of a TIFF may lose as much.
  const agree = volume.voxelSizeUm.every(
    (side, axis) => Math.abs(side / psf.voxelSizeUm[axis] - 1) < 1e-3,
  );
  assertRange(
    agree,
    where,
    'psf.voxelSizeUm',
    `equal that of the volume, ${formatValue(volume.voxelSizeUm)} µm`,
    psf.voxelSizeUm,
    'compute the PSF for the voxels of the volume',
  );
}
