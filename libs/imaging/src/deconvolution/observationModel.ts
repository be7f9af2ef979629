import { createVolume, voxelCount, type Boundary, type Shape3, type Volume } from '@blurcycle/core';
import { createForwardModel } from '../forwardModel.ts';
import { copyBox } from './copyBox.ts';

/** The linear model of an observation: image = H object, on plain arrays. */
export interface ObservationModel {
  /** Shape of the estimated object; larger than the image for `weights`. */
  readonly objectShape: Shape3;
  /** Light that a unit of each object voxel sends into the image, H^T 1, at most 1. */
  readonly sensitivity: Float32Array;
  /** Expected image of an object; a new array, or `into`. */
  readonly forward: (object: Float32Array, into?: Float32Array) => Float32Array;
  /** H^T, from the image to the object; a new array, or `into`. */
  readonly adjoint: (image: Float32Array, into?: Float32Array) => Float32Array;
  /** The part of an object that lies in the image. */
  readonly crop: (object: Float32Array) => Float32Array;
  /** An image laid into an object of zeros. */
  readonly embed: (image: Float32Array) => Float32Array;
}

/**
 * The observation model of one PSF for images of the shape and voxel size of `image`.
 *
 * Source for `weights`: Bertero & Boccacci (2005) doi:10.1051/0004-6361:20052717.
 *
 * @throws {RangeError} If the PSF has even sides, negative values, another voxel size, or does not
 *   sum to 1.
 */
export function createObservationModel(
  image: Volume,
  psf: Volume,
  boundary: Boundary,
): ObservationModel {
  const { shape, voxelSizeUm } = image;
  const extended = boundary === 'weights';
  const margin: Shape3 = extended ? mapShape(psf.shape, (side) => (side - 1) / 2) : [0, 0, 0];
  const objectShape = extended
    ? mapShape(shape, (side, axis) => fastSide(side + 2 * margin[axis]))
    : shape;
  // The margin keeps what wraps around a periodic grid out of the image, and periodic grids need no
  // padding.
  const border = extended ? 'periodic' : boundary;
  const blur = createForwardModel(psf, objectShape, { border, window: { origin: margin, shape } });
  const crop = (object: Float32Array) =>
    extended ? copyBox(object, objectShape, margin, shape) : object;
  const embed = (values: Float32Array) => {
    if (!extended) return values;
    return copyBox(
      values,
      shape,
      mapShape(margin, (side) => -side),
      objectShape,
    );
  };
  const forward = (object: Float32Array, into?: Float32Array) =>
    blur.forward(createVolume(objectShape, voxelSizeUm, object), into).data;
  const adjoint = (values: Float32Array, into?: Float32Array) =>
    blur.adjoint(createVolume(shape, voxelSizeUm, values), into).data;
  const sensitivity = adjoint(new Float32Array(voxelCount(shape)).fill(1));
  return { objectShape, sensitivity, forward, adjoint, crop, embed };
}

/**
 * Smallest side at or above `minimum` with no prime factor above 5, which the transform takes as it
 * is.
 */
function fastSide(minimum: number): number {
  for (let side = minimum; ; side++) {
    let rest = side;
    for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
    if (rest === 1) return side;
  }
}

function mapShape(shape: Shape3, change: (side: number, axis: number) => number): Shape3 {
  return [change(shape[0], 0), change(shape[1], 1), change(shape[2], 2)];
}
