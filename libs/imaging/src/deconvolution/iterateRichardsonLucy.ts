import {
  assertRange,
  createVolume,
  type Boundary,
  type Negatives,
  type StartEstimate,
  type StoppingRule,
  type Volume,
} from '@blurcycle/core';
import { startOfUpdate, type UpdateStart } from '@blurcycle/compute/transforms';
import { createExtrapolation } from './extrapolation.ts';
import { heldOutUpdates } from './heldOutUpdates.ts';
import { iterationStatistics, type IterationStatistics } from './iterationStatistics.ts';
import { noiseVariance } from './noiseLevel.ts';
import { expectedFloor, expectedImage, type ObservationModel } from './observationModel.ts';
import { checkLimits, prepareUpdates } from './prepareUpdates.ts';
import { startEstimate } from './startEstimate.ts';
import { updateWeights } from './updateWeights.ts';

/** Options that all variants of Richardson-Lucy share. */
export interface RichardsonLucyOptions {
  /** Maximum number of updates. @defaultValue 50; 200 with another `stop` than 'iterations' */
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
   *
   * `held-out`: after the number of updates that predicts held-out electrons best; see
   * `heldOutUpdates`, which it costs.
   * @defaultValue 'iterations'
   */
  readonly stop?: StoppingRule;
  /** For `held-out`: electrons for one unit of the data. @defaultValue from their noise */
  readonly electronsPerCount?: number;
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
  /** Called once, after the last update. */
  readonly onEnd?: (end: UpdatesEnd) => void;
  /**
   * Called at the start and after every update with statistics and the estimate itself (to read,
   * not to keep). Costs one more blur per call.
   */
  readonly onIteration?: (statistics: IterationStatistics, estimate: Float32Array) => void;
}

/** Where updates ended, and why. */
export interface UpdatesEnd {
  readonly rule: StoppingRule;
  /**
   * `number`: all were done. `small-change`: see `relativeTolerance`. `noise-level`, `held-out`:
   * see `stop`.
   */
  readonly reason: 'number' | 'small-change' | 'noise-level' | 'held-out';
  readonly updates: number;
  readonly most: number;
  /** What `held-out` took for an electron. */
  readonly electronsPerCount?: number;
}

/** Additions of a variant to the plain update. */
export interface RichardsonLucyVariant {
  /** Start each update from an extrapolation of the last estimates (Biggs and Andrews). */
  readonly accelerated?: boolean;
  /**
   * Gradient of a penalty on what an update starts from, added to the sensitivity; valid until the
   * next call.
   */
  readonly penaltyGradient?: (from: UpdateStart, model: ObservationModel) => Float32Array;
}

/** Updates at most where the noise stops them. */
const MOST_UPDATES = 200;

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
  const { observed, model, first } = prepareUpdates(where, measured, psf, options);
  const limits = limitsOf(where, observed, psf, model, options, variant);
  const estimate = updateRepeatedly(
    where,
    observed,
    model,
    first,
    { ...options, ...limits },
    variant,
  );
  return createVolume(observed.shape, observed.voxelSizeUm, model.crop(estimate));
}

/** What the stopping rule adds to the options. */
function limitsOf(
  where: string,
  observed: Volume,
  psf: Volume,
  model: ObservationModel,
  options: RichardsonLucyOptions,
  variant: RichardsonLucyVariant,
): Partial<UpdateOptions> {
  const { stop = 'iterations', iterations = MOST_UPDATES, onUpdate, onEnd } = options;
  if (stop === 'iterations') return {};
  if (stop === 'discrepancy') return { iterations, leastResidual: noiseVariance(observed, psf) };
  const { relativeTolerance = 0 } = options;
  assertRange(
    relativeTolerance === 0,
    where,
    'relativeTolerance',
    "be left out with stop 'held-out'",
    relativeTolerance,
    'two rules cannot both say where updates end',
  );
  const progress = (before: number) => (done: number) => onUpdate?.(before + done, 2 * iterations);
  const found = heldOutUpdates(where, observed, psf, {
    ...options,
    update: (training, endsAt) => {
      const { background = 0, start = 'flat' } = options;
      const first = startEstimate(where, training, model, background, start);
      const own = { iterations, background, onUpdate: progress(0), endsAt };
      updateRepeatedly(where, training, model, first, own, variant);
    },
  });
  const { updates, isBest, electronsPerCount } = found;
  const end: UpdatesEnd = {
    ...{ rule: stop, reason: isBest ? 'held-out' : 'number', updates, most: iterations },
    electronsPerCount,
  };
  return { iterations: updates, onUpdate: progress(iterations), onEnd: () => onEnd?.(end) };
}

interface UpdateOptions extends RichardsonLucyOptions {
  /** Mean squared residual at which updates end; 0 never ends them. @defaultValue 0 */
  readonly leastResidual?: number;
  /**
   * Called as `onIteration` is, with the expected image, at the same cost; updates end where it
   * returns true.
   */
  readonly endsAt?: (done: number, expected: Float32Array) => boolean;
}

/**
 * Loop of all Richardson-Lucy variants: x <- x / (H^T 1 + penalty) H^T(y / (H x + b)).
 *
 * Memory: two objects besides the model, with an extrapolation four; with a periodic border one
 * less. For any number of iterations.
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
  const { leastResidual = 0, endsAt, stop = 'iterations' } = options;
  checkLimits(where, iterations, relativeTolerance);
  const floor = expectedFloor(observed.data);
  const { weights, spare } = updateWeights(model.sensitivity());
  const extrapolation =
    variant.accelerated === true ? createExtrapolation(first.length, spare) : undefined;
  let estimate: Float32Array = first;
  let change = 0;
  for (let done = 0; ; done++) {
    const isSmall = done > 0 && change < relativeTolerance;
    let isLast = done === iterations || isSmall;
    if (onIteration !== undefined || endsAt !== undefined) {
      const expected = expectedImage(model, estimate, background, floor);
      const inside = model.crop(estimate);
      onIteration?.(iterationStatistics(done, observed.data, expected, inside, change), inside);
      if (endsAt?.(done, expected) === true) isLast = true;
    }
    if (isLast) {
      const reason = isSmall ? 'small-change' : 'number';
      options.onEnd?.({ rule: stop, reason, updates: done, most: iterations });
      return estimate;
    }
    const from = { estimate, extrapolation: extrapolation?.current() };
    const penalty = variant.penaltyGradient?.(from, model);
    const sums = model.update({
      ...from,
      ...{ observed: observed.data, background, floor, weights, penalty },
      ...(leastResidual > 0 ? { leastResidual } : {}),
    });
    if (!sums.done) {
      options.onEnd?.({ rule: stop, reason: 'noise-level', updates: done, most: iterations });
      return startOfUpdate(from);
    }
    if (extrapolation !== undefined) estimate = extrapolation.advance(estimate, sums);
    change = sums.total > 0 ? sums.change / sums.total : 0;
    onUpdate?.(done + 1, iterations);
  }
}
