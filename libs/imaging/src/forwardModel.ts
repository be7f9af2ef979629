import { createConvolver3d, type Window } from '@blurcycle/compute';
import {
  assertRange,
  createVolume,
  sameShape,
  type Border,
  type Shape3,
  type Volume,
} from '@blurcycle/core';

/** How a blur treats what lies outside of the volume, and how bright the exposure is. */
export interface ForwardModelOptions {
  /** @defaultValue 'zero' */
  readonly border?: Border;
  /** Exposure: the factor between the unit-sum PSF and the kernel. @defaultValue 1 */
  readonly gain?: number;
  /** The part of the image that is recorded. @defaultValue all of it */
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
}

/**
 * The blur of one PSF for volumes of one shape; the PSF's spectrum is made once and used for every
 * call.
 *
 * @param psf - Odd sides, sum 1 (`normalizePsf` of the psf library), the voxel size of the volumes.
 * @param shape - Shape of the volumes.
 * @throws {RangeError} If the PSF has an even side, a negative or infinite value, or does not sum
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
  // 1e-4: a PSF that went through a 16-bit file is still welcome, one that was never normalized is
  // not.
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
        `have shape ${shapeText(from)}`,
        volume.shape,
      );
      assertSameVoxels(where, volume, psf);
      return createVolume(to, volume.voxelSizeUm, operator(volume.data, into));
    };
  return {
    forward: apply(convolver.forward, shape, window.shape),
    adjoint: apply(convolver.adjoint, window.shape, shape),
  };
}

/**
 * A volume convolved with a PSF of unit sum; shape and voxel size stay.
 *
 * @see createForwardModel for many volumes with one PSF.
 */
export function blur(object: Volume, psf: Volume, options: ForwardModelOptions = {}): Volume {
  return createForwardModel(psf, object.shape, options).forward(object);
}

/** The adjoint of `blur`: ⟨blur(x), y⟩ = ⟨x, blurAdjoint(y)⟩. */
export function blurAdjoint(image: Volume, psf: Volume, options: ForwardModelOptions = {}): Volume {
  return createForwardModel(psf, image.shape, options).adjoint(image);
}

/** Throws unless both are sampled alike: a kernel means nothing at another voxel size. */
function assertSameVoxels(where: string, volume: Volume, psf: Volume): void {
  // 0.1 %: what a TIFF's rational resolution tags may lose.
  const agree = volume.voxelSizeUm.every(
    (side, axis) => Math.abs(side / psf.voxelSizeUm[axis] - 1) < 1e-3,
  );
  assertRange(
    agree,
    where,
    'psf.voxelSizeUm',
    `equal that of the volume, ${shapeText(volume.voxelSizeUm)} µm`,
    psf.voxelSizeUm,
    'compute the PSF for the voxels of the volume',
  );
}

function shapeText(sides: readonly number[]): string {
  return `[${sides.join(', ')}]`;
}
