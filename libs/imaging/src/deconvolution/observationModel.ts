import { type Convolver, smoothLength } from '@blurcycle/compute/transforms';
import {
  assertRange,
  createVolume,
  extent,
  findNotFinite,
  formatValue,
  voxelCount,
  type Boundary,
  type Negatives,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { createForwardModel } from '../forwardModel.ts';
import { copyBox } from './copyBox.ts';

/**
 * Throws unless a measured volume is finite and its PSF no larger than it, or for `weights`, which
 * estimate the object beyond the edges, than twice its sides less one voxel.
 *
 * @param where - Name of the caller, for the error line.
 */
export function checkObserved(
  where: string,
  observed: Volume,
  psf: Volume,
  boundary: Boundary,
): void {
  const bad = findNotFinite(observed.data);
  assertRange(
    bad < 0,
    where,
    'observed',
    'be finite',
    observed.data[bad],
    'replace NaN and infinite values by their neighbors first',
  );
  const largest = mapShape(observed.shape, (side) =>
    boundary === 'weights' ? 2 * side - 1 : side,
  );
  assertRange(
    psf.shape.every((side, axis) => side <= largest[axis]),
    where,
    'psf',
    boundary === 'weights'
      ? `be no larger than twice the volume less one voxel, ${formatValue(largest)}`
      : `be no larger than the volume, ${formatValue(observed.shape)}`,
    psf.shape,
    'crop it with preparePsf(psf, { largestShape })',
  );
}

/**
 * A transform leaves negative values of up to this part of the maximum in the dark parts of a
 * simulated image.
 */
const ROUNDING = 1e-5;

/**
 * A measured volume as photon counts, which are never negative.
 *
 * @param negatives - What to do about negative values.
 * @throws {RuleError} For negative values, if `negatives` is 'refuse'.
 */
export function asCounts(where: string, observed: Volume, negatives: Negatives): Volume {
  const [negative, most] = extent(observed.data);
  if (negative >= 0) return observed;
  assertRange(
    negatives === 'clip' || negative > -ROUNDING * most,
    where,
    'observed',
    'have no negative value',
    negative,
    'add what was subtracted and give it as background, or take negatives for 0: --negatives clip',
  );
  const data = observed.data.map((value) => Math.max(0, value));
  return createVolume(observed.shape, observed.voxelSizeUm, data);
}

/** The linear model of an observation: image = H object, on plain arrays. */
export interface ObservationModel {
  /** Shape of the estimated object; larger than the image for `weights`. */
  readonly objectShape: Shape3;
  /**
   * Light that a unit of each object voxel sends into the image, H^T 1, at most 1; a new array.
   * Costs a blur.
   */
  readonly sensitivity: () => Float32Array;
  /** Expected image of an object; a new array, or `into`. */
  readonly forward: (object: Float32Array, into?: Float32Array) => Float32Array;
  /** H^T, from the image to the object; a new array, or `into`. */
  readonly adjoint: (image: Float32Array, into?: Float32Array) => Float32Array;
  /** One update of Richardson and Lucy, in place. */
  readonly update: Convolver['update'];
  /** Such updates on a device; undefined where there is none. */
  readonly updatesOnDevice: Convolver['updatesOnDevice'];
  /** The part of an object that lies inside the image. */
  readonly crop: (object: Float32Array) => Float32Array;
  /** An object that holds the image and is zero around it. */
  readonly embed: (image: Float32Array) => Float32Array;
}

/**
 * Creates the observation model of one PSF for images of the shape and voxel size of `image`.
 *
 * Source for `weights`: Bertero & Boccacci (2005) doi:10.1051/0004-6361:20052717.
 *
 * @throws {RuleError} If the PSF has even sides, negative values, another voxel size, or does not
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
    ? mapShape(shape, (side, axis) => smoothLength(side + 2 * margin[axis]))
    : shape;
  // The margin keeps the wrap-around of the periodic grid out of the image, and periodic grids need
  // no padding.
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
  const sensitivity = () => {
    // The ones lie in the memory of the result: a convolution reads all of its data first.
    const object = new Float32Array(voxelCount(objectShape));
    return adjoint(object.subarray(0, voxelCount(shape)).fill(1), object);
  };
  const { update, updatesOnDevice } = blur;
  return { objectShape, sensitivity, forward, adjoint, update, updatesOnDevice, crop, embed };
}

function mapShape(shape: Shape3, change: (side: number, axis: number) => number): Shape3 {
  return [change(shape[0], 0), change(shape[1], 1), change(shape[2], 2)];
}

/**
 * Smallest significant expected value: the rounding error of the transform.
 *
 * A float32 transform is accurate to about 1e-7 of the maximum; without a floor, dark voxels would
 * be divided by rounding errors.
 */
export function expectedFloor(observed: Float32Array): number {
  return Math.max(1e-7 * extent(observed)[1], 1e-30);
}

/** Expected image H x + b of an object, kept at or above `floor`; a new array, or `into`. */
export function expectedImage(
  model: Pick<ObservationModel, 'forward'>,
  object: Float32Array,
  background: number,
  floor: number,
  into?: Float32Array,
): Float32Array {
  const expected = model.forward(object, into);
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] + background;
    expected[i] = value > floor ? value : floor;
  }
  return expected;
}

/** y / (H x + b): ratio of the data to the expected image of an object; a new array, or `into`. */
export function ratioToExpected(
  observed: Float32Array,
  model: Pick<ObservationModel, 'forward'>,
  object: Float32Array,
  background: number,
  floor: number,
  into?: Float32Array,
): Float32Array {
  const ratio = expectedImage(model, object, background, floor, into);
  for (let i = 0; i < ratio.length; i++) ratio[i] = observed[i] / ratio[i];
  return ratio;
}
