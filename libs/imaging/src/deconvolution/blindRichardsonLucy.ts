import {
  assertRange,
  createVolume,
  type Boundary,
  type Negatives,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { createConvolver3d } from '@blurcycle/compute/transforms';
import { copyBox } from './copyBox.ts';
import {
  asCounts,
  checkObserved,
  createObservationModel,
  expectedFloor,
  ratioToExpected,
  type ObservationModel,
} from './observationModel.ts';
import { updateRepeatedly } from './iterateRichardsonLucy.ts';
import type { IterationStatistics } from './iterationStatistics.ts';
import { startEstimate } from './startEstimate.ts';

export interface BlindRichardsonLucyOptions {
  /** Rounds of object updates followed by PSF updates. @defaultValue 10 */
  readonly rounds?: number;
  /**
   * Updates of the object in a round; with few, the object stays blurred and the PSF shrinks.
   * @defaultValue 20
   */
  readonly objectIterations?: number;
  /** Updates of the PSF in a round. @defaultValue 2 */
  readonly psfIterations?: number;
  /**
   * Constant light that belongs to no object, in the units of the data, at least 0. @defaultValue 0
   */
  readonly background?: number;
  /** Negative values in the data: an error, or set to 0. @defaultValue 'refuse' */
  readonly negatives?: Negatives;
  /** Assumption beyond the border of the image. @defaultValue 'weights' */
  readonly boundary?: Extract<Boundary, 'weights' | 'zero'>;
  /**
   * Called after each object update with the number of updates done, counted through all rounds,
   * and their total.
   */
  readonly onUpdate?: (done: number, most: number) => void;
  /** Called after every object update with statistics and the estimate itself. */
  readonly onIteration?: (statistics: IterationStatistics, estimate: Float32Array) => void;
}

/** An estimated object and its estimated PSF. */
export interface BlindEstimate {
  readonly estimate: Volume;
  /** Sum 1, at least 0, sides of the first guess. */
  readonly psf: Volume;
}

/**
 * Richardson-Lucy for object and PSF in turn, for a PSF that is only roughly known.
 *
 * x <- x / (H^T 1) H^T(y / (H x + b)) with h fixed, then h <- h / (X^T 1) X^T(y / (X h + b)) with x
 * fixed, where X h = h * x; h is normalized to sum 1. Zeros and sides of the guess are kept.
 *
 * The data alone do not distinguish a blurred object from a blurring PSF. A guess that is too wide
 * narrows to the truth where the object has points or edges; a guess that is too narrow stays too
 * narrow, and noise drives the PSF toward a point: start too wide and use few rounds.
 *
 * Cost: two blurs per object update, two and one transform of the object per PSF update.
 * Source: Fish, Brinicombe, Pike & Walker (1995) doi:10.1364/JOSAA.12.000058.
 *
 * @param measured - Measured volume, at least 0.
 * @param firstPsf - Guess of the PSF: odd sides, at least 0, sum 1.
 * @see richardsonLucy for the other parameters and errors.
 */
export function blindRichardsonLucy(
  measured: Volume,
  firstPsf: Volume,
  options: BlindRichardsonLucyOptions = {},
): BlindEstimate {
  const {
    rounds = 10,
    objectIterations = 20,
    psfIterations = 2,
    background = 0,
    boundary = 'weights',
  } = options;
  for (const [name, count] of Object.entries({ rounds, objectIterations, psfIterations })) {
    assertRange(
      Number.isSafeInteger(count) && count > 0,
      'blindRichardsonLucy',
      name,
      'be a positive integer',
      count,
    );
  }
  checkObserved('blindRichardsonLucy', measured, firstPsf, boundary);
  const observed = asCounts('blindRichardsonLucy', measured, options.negatives ?? 'refuse');
  let psf = firstPsf;
  let model = createObservationModel(observed, psf, boundary);
  let object = startEstimate('blindRichardsonLucy', observed, model, background, 'flat');
  for (let round = 0; round < rounds; round++) {
    if (round > 0) model = createObservationModel(observed, psf, boundary);
    object = updateRepeatedly('blindRichardsonLucy', observed, model, object, {
      iterations: objectIterations,
      background,
      ...reporting(options, round * objectIterations, rounds * objectIterations),
    });
    psf = refinePsf(observed, model, object, psf, background, psfIterations);
  }
  return { estimate: createVolume(observed.shape, observed.voxelSizeUm, model.crop(object)), psf };
}

/**
 * Passes statistics on with the updates of earlier rounds counted; skips the start of later rounds,
 * which is the end of the round before.
 */
function reporting(
  { onUpdate, onIteration }: BlindRichardsonLucyOptions,
  before: number,
  most: number,
) {
  const counted = { onUpdate: (done: number) => onUpdate?.(before + done, most) };
  if (onIteration === undefined) return counted;
  return {
    ...counted,
    onIteration: (statistics: IterationStatistics, estimate: Float32Array) => {
      if (before > 0 && statistics.iteration === 0) return;
      onIteration({ ...statistics, iteration: before + statistics.iteration }, estimate);
    },
  };
}

/** Richardson-Lucy updates of the PSF with the object fixed. */
function refinePsf(
  observed: Volume,
  frame: ObservationModel,
  object: Float32Array,
  first: Volume,
  background: number,
  iterations: number,
): Volume {
  const model = objectModel(frame, object, first.shape);
  const sensitivity = model.adjoint(new Float32Array(observed.data.length).fill(1));
  const floor = expectedFloor(observed.data);
  let psf = first.data;
  for (let done = 0; done < iterations; done++) {
    const correction = model.adjoint(ratioToExpected(observed.data, model, psf, background, floor));
    const next = psf.map((value, i) =>
      sensitivity[i] > 0 ? (value * Math.max(correction[i], 0)) / sensitivity[i] : 0,
    );
    const sum = next.reduce((total, value) => total + value, 0);
    // An object of zeros does not determine the PSF.
    if (!(sum > 0)) return first;
    psf = next.map((value) => value / sum);
  }
  return createVolume(first.shape, first.voxelSizeUm, psf);
}

/**
 * The observation as a linear model of the PSF: X h = h * x.
 *
 * The object serves as the kernel. A row of zeros makes even sides odd; the middle of the PSF is
 * placed on the middle voxel of the object, so that the result is not shifted.
 */
function objectModel(
  frame: ObservationModel,
  object: Float32Array,
  psfShape: Shape3,
): Pick<ObservationModel, 'forward' | 'adjoint'> {
  const shape = frame.objectShape;
  const odd: Shape3 = [shape[0] | 1, shape[1] | 1, shape[2] | 1];
  const convolver = createConvolver3d(shape, copyBox(object, shape, [0, 0, 0], odd), odd, {
    border: 'zero',
  });
  const corner = (axis: number) => (odd[axis] - 1) / 2 - (psfShape[axis] - 1) / 2;
  const origin: Shape3 = [corner(0), corner(1), corner(2)];
  const outside: Shape3 = [-origin[0], -origin[1], -origin[2]];
  return {
    forward: (psf) => frame.crop(convolver.forward(copyBox(psf, psfShape, outside, shape))),
    adjoint: (image) => copyBox(convolver.adjoint(frame.embed(image)), shape, origin, psfShape),
  };
}
