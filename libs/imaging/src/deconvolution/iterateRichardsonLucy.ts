import {
  assertRange,
  assertSameShape,
  createVolume,
  extent,
  voxelCount,
  type Boundary,
  type Negatives,
  type StartEstimate,
  type StoppingRule,
  type Volume,
} from '@blurcycle/core';
import { startOfUpdate, updateByConvolutions } from '@blurcycle/compute/transforms';
import { createExtrapolation } from './extrapolation.ts';
import { iterationStatistics, type IterationStatistics } from './iterationStatistics.ts';
import { noiseVariance } from './noiseLevel.ts';
import {
  asCounts,
  checkObserved,
  createObservationModel,
  expectedFloor,
  expectedImage,
  type ObservationModel,
} from './observationModel.ts';

/** Options that all variants of Richardson-Lucy share. */
export interface RichardsonLucyOptions {
  /** Maximum number of updates. @defaultValue 50; 200 with `stop: 'discrepancy'` */
  readonly iterations?: number;
  /**
   * `iterations`: after that number. `discrepancy`: before the first update that starts from an
   * estimate which explains the data as well as their noise allows: mean (y - b - H x)² at or below
   * `noiseVariance`. Then a perfect estimate would leave no less, and what further updates add is
   * noise.
   *
   * Under photon and read noise the variances of voxels differ, v_i = a μ_i + b. The mean of (y_i -
   * μ_i)² is the mean of v_i whatever they are, and the spectrum gives that mean; so the plain mean
   * square needs no calibrated camera. A sum weighted by 1/v_i, or the I-divergence of counts with
   * its expectation 1/2 a voxel (Bertero et al. 2010), needs a and b. The residual is that of the
   * data as they are fitted, negative values clipped.
   * Source: Morozov, Soviet Math. Doklady 7, 414 (1966); Bertero et al. (2010)
   * doi:10.1088/0266-5611/26/10/105004 for photon noise.
   * @defaultValue 'iterations'
   */
  readonly stop?: StoppingRule;
  /**
   * Constant light that belongs to no object, in the units of the data, at least 0. @defaultValue 0
   */
  readonly background?: number;
  /**
   * Negative values in the data: an error, or set to 0, which brightens the background slightly.
   * @defaultValue 'refuse'
   */
  readonly negatives?: Negatives;
  /** Assumption beyond the border of the image. @defaultValue 'weights' */
  readonly boundary?: Boundary;
  /**
   * First estimate: `flat` the mean of the data everywhere, a number that level everywhere,
   * `observed` the data, or a volume of their shape. @defaultValue 'flat'
   */
  readonly start?: StartEstimate | number | Volume;
  /**
   * Stop when an update changes less than this part of the estimate; 0 never stops early.
   * @defaultValue 0
   */
  readonly relativeTolerance?: number;
  /**
   * 1 for voxels of the data to believe, 0 for others, in their shape: w in
   * x / (H^T w) H^T(w y / (H x + b)). The data there should hold something likely.
   * @defaultValue all are believed
   */
  readonly mask?: Float32Array | undefined;
  /** Called after each update with the number of updates done and their maximum; costs nothing. */
  readonly onUpdate?: (done: number, most: number) => void;
  /**
   * Called at the start and after every update with statistics and the estimate itself (to read,
   * not to keep). Costs one more blur per call.
   */
  readonly onIteration?: (statistics: IterationStatistics, estimate: Float32Array) => void;
}

/** Additions of a variant to the plain update. */
export interface RichardsonLucyVariant {
  /** Start each update from an extrapolation of the last estimates (Biggs and Andrews). */
  readonly accelerated?: boolean;
  /** Gradient of a penalty on the object, added to the sensitivity. */
  readonly penaltyGradient?: (from: Float32Array, model: ObservationModel) => Float32Array;
}

/** Updates at most where the noise stops them. */
const MOST_UPDATES = 200;
/**
 * Voxels that send less light into the image than this part of the maximum are not estimated and
 * stay dark.
 */
const LEAST_SENSITIVITY = 0.01;
/**
 * Runs any variant of Richardson-Lucy: checks, sets up the blur, starts, iterates and crops the
 * image.
 *
 * @param where - Name of the public function, for error lines.
 */
export function iterateRichardsonLucy(
  where: string,
  measured: Volume,
  psf: Volume,
  options: RichardsonLucyOptions,
  variant: RichardsonLucyVariant = {},
): Volume {
  const { background = 0, boundary = 'weights', start = 'flat', negatives = 'refuse' } = options;
  checkObserved(where, measured, psf, boundary);
  const observed = asCounts(where, measured, negatives);
  assertRange(
    background >= 0 && Number.isFinite(background),
    where,
    'background',
    'be at least 0',
    background,
  );
  const whole = createObservationModel(observed, psf, boundary);
  const model = options.mask === undefined ? whole : maskedModel(whole, options.mask);
  const first = startEstimate(where, observed, model, background, start);
  const limits =
    options.stop === 'discrepancy'
      ? { iterations: MOST_UPDATES, leastResidual: noiseVariance(observed, psf) }
      : {};
  const estimate = updateRepeatedly(
    where,
    observed,
    model,
    first,
    { ...limits, ...options },
    variant,
  );
  return createVolume(observed.shape, observed.voxelSizeUm, model.crop(estimate));
}

/** A model whose image has voxels that count for nothing. */
function maskedModel(model: ObservationModel, mask: Float32Array): ObservationModel {
  const adjoint: ObservationModel['adjoint'] = (image, into) =>
    model.adjoint(
      image.map((value, i) => mask[i] * value),
      into,
    );
  return {
    ...model,
    adjoint,
    sensitivity: () => model.adjoint(mask),
    update: (update) => updateByConvolutions({ forward: model.forward, adjoint }, update),
  };
}

interface UpdateOptions extends RichardsonLucyOptions {
  /** Mean squared residual at which updates end; 0 never ends them. @defaultValue 0 */
  readonly leastResidual?: number;
}

/**
 * Loop of all Richardson-Lucy variants: x <- x / (H^T 1 + penalty) H^T(y / (H x + b)).
 *
 * Memory: one object besides the model, three with an extrapolation, for any number of iterations.
 *
 * @param first - Object to start from, on the grid of the model; it is overwritten.
 * @returns The object after the last update, on the grid of the model.
 */
export function updateRepeatedly(
  where: string,
  observed: Volume,
  model: ObservationModel,
  first: Float32Array,
  options: UpdateOptions,
  variant: RichardsonLucyVariant = {},
): Float32Array {
  const { iterations = 50, background = 0, relativeTolerance = 0, onIteration, onUpdate } = options;
  const { leastResidual = 0 } = options;
  assertRange(
    Number.isSafeInteger(iterations) && iterations > 0,
    where,
    'iterations',
    'be a positive integer',
    iterations,
  );
  assertRange(
    relativeTolerance >= 0,
    where,
    'relativeTolerance',
    'be at least 0',
    relativeTolerance,
  );
  const floor = expectedFloor(observed.data);
  const weights = invertSensitivity(model.sensitivity());
  const extrapolation =
    variant.accelerated === true ? createExtrapolation(first.length) : undefined;
  let estimate: Float32Array = first;
  let change = 0;
  for (let done = 0; ; done++) {
    const last = done === iterations || (done > 0 && change < relativeTolerance);
    if (onIteration !== undefined) {
      const expected = expectedImage(model, estimate, background, floor);
      const inside = model.crop(estimate);
      onIteration(iterationStatistics(done, observed.data, expected, inside, change), inside);
    }
    if (last) return estimate;
    const from = { estimate, extrapolation: extrapolation?.current() };
    const penalty = variant.penaltyGradient?.(startOfUpdate(from), model);
    const sums = model.update({
      ...from,
      ...{ observed: observed.data, background, floor, weights, penalty },
      ...(leastResidual > 0 ? { leastResidual } : {}),
    });
    if (!sums.done) return startOfUpdate(from);
    if (extrapolation !== undefined) estimate = extrapolation.advance(estimate, sums);
    change = sums.total > 0 ? sums.change / sums.total : 0;
    onUpdate?.(done + 1, iterations);
  }
}

/** Overwrites H^T 1 by 1 / (H^T 1), and 0 where too little light reaches the image. */
function invertSensitivity(sensitivity: Float32Array): Float32Array {
  const least = LEAST_SENSITIVITY * extent(sensitivity)[1];
  for (let i = 0; i < sensitivity.length; i++)
    sensitivity[i] = sensitivity[i] < least ? 0 : 1 / sensitivity[i];
  return sensitivity;
}

/** The first estimate, on the grid of the model. */
export function startEstimate(
  where: string,
  observed: Volume,
  model: ObservationModel,
  background: number,
  start: NonNullable<RichardsonLucyOptions['start']>,
): Float32Array {
  if (typeof start === 'number') {
    assertRange(
      start >= 0 && Number.isFinite(start),
      where,
      'start',
      'be finite and at least 0',
      start,
    );
    return new Float32Array(voxelCount(model.objectShape)).fill(start);
  }
  const level = startLevel(observed, background);
  if (start === 'flat') return new Float32Array(voxelCount(model.objectShape)).fill(level);
  if (start !== 'observed') {
    assertSameShape(where, start, observed);
    const bad = start.data.find((value) => !(value >= 0 && Number.isFinite(value)));
    assertRange(bad === undefined, where, 'start', 'be finite and at least 0', bad);
  }
  const inside = model.embed(
    start === 'observed' ? aboveBackground(observed, background) : start.data,
  );
  if (inside.length === observed.data.length) return Float32Array.from(inside);
  const mask = model.embed(new Float32Array(observed.data.length).fill(1));
  return inside.map((value, i) => (mask[i] === 1 ? value : level));
}

/** The level of a flat first estimate: the mean of the data above background. */
export function startLevel(observed: Volume, background = 0): number {
  let sum = 0;
  for (let i = 0; i < observed.data.length; i++) sum += Math.max(0, observed.data[i] - background);
  return sum / observed.data.length;
}

function aboveBackground({ data }: Volume, background: number): Float32Array {
  return data.map((value) => Math.max(0, value - background));
}
