import type { Convolver } from './convolver.ts';

/**
 * One update of Richardson and Lucy: next = y w [Hᵀ(d / max(H y + b, floor))]₊ / max(1 + p w, 0.1).
 *
 * d the data, b the background, w = 1 / Hᵀ1, p the gradient of a penalty, and y where it starts
 * from: the estimate x or its extrapolation.
 */
export interface PoissonUpdate {
  /** d, in the shape of the window. */
  readonly observed: Float32Array;
  readonly background: number;
  /** Least expected value. */
  readonly floor: number;
  /** w of each voxel, or one for all; 0 for voxels that are not estimated. */
  readonly weights: Float32Array;
  /** p. */
  readonly penalty?: Float32Array | undefined;
  /** x; the next estimate replaces it unless there is an extrapolation. */
  readonly estimate: Float32Array;
  readonly extrapolation?: Extrapolation | undefined;
  /** Stop where the mean of (d - b - H y)² is at or below it. @defaultValue never */
  readonly leastResidual?: number;
}

/** Where an update starts from: y = max(x + factor (x - before), x / 10). */
export interface Extrapolation {
  readonly factor: number;
  /** The estimate before x; the next estimate replaces it. */
  readonly before: Float32Array;
  /** Last step, next - y, which the new one replaces. */
  readonly step: Float32Array;
}

/** What an update did. */
export interface UpdateSums {
  /** False where the residual stopped it; then there is no next estimate. */
  readonly done: boolean;
  /** Sum of |next - x|. */
  readonly change: number;
  /** Sum of x. */
  readonly total: number;
  /** Sum of step times last step, 0 without an extrapolation. */
  readonly along: number;
  /** Sum of the squares of the last step. */
  readonly square: number;
}

/** What updates on a device start from; see `PoissonUpdate` for the letters. */
export interface DeviceStart extends Pick<
  PoissonUpdate,
  'observed' | 'background' | 'floor' | 'weights' | 'estimate'
> {
  /** 1 for voxels of the data to believe, 0 for others. @defaultValue all are believed */
  readonly mask?: Float32Array | undefined;
}

/** Updates of an estimate that stays on a device; what it starts from may be overwritten. */
export interface DeviceUpdates {
  /** One update; `factor` is that of an extrapolation, 0 for none. */
  update(factor: number): Promise<Omit<UpdateSums, 'done'>>;
  /** The estimate. */
  read(): Promise<Float32Array>;
  /** Frees the memory of the device. */
  dispose(): void;
}

/** An extrapolation keeps at least this part of a voxel: one that reaches zero stays zero. */
export const LEAST_PART = 0.1;
/** Least 1 + penalty / sensitivity: keeps the sign of an update. */
const LEAST_DENOMINATOR = 0.1;

/** What decides where an update starts from. */
export type UpdateStart = Pick<PoissonUpdate, 'estimate' | 'extrapolation'>;

/** What an update starts from: the estimate itself, or its extrapolation, `into` where given. */
export function startOfUpdate(
  { estimate, extrapolation }: UpdateStart,
  into?: Float32Array,
): Float32Array {
  if (extrapolation === undefined) return estimate;
  const { factor, before } = extrapolation;
  const start = into ?? new Float32Array(estimate.length);
  for (let i = 0; i < start.length; i++) {
    const x = estimate[i];
    start[i] = Math.max(x + factor * (x - before[i]), LEAST_PART * x);
  }
  return start;
}

/** The update step by step: for any border, and what the fused one of the add-on is tested by. */
export function updateByConvolutions(
  { forward, adjoint }: Pick<Convolver, 'forward' | 'adjoint'>,
  update: PoissonUpdate,
): UpdateSums {
  const { observed, background, floor, weights, penalty, estimate, extrapolation } = update;
  const start = startOfUpdate(update);
  const ratio = forward(start);
  let squares = 0;
  for (let i = 0; i < ratio.length; i++) {
    const expected = ratio[i] + background;
    squares += (observed[i] - expected) ** 2;
    ratio[i] = observed[i] / Math.max(expected, floor);
  }
  const sums = { change: 0, total: 0, along: 0, square: 0 };
  if (squares / ratio.length <= (update.leastResidual ?? -1)) return { ...sums, done: false };
  const next = adjoint(ratio);
  const isUniform = weights.length === 1;
  for (let i = 0; i < next.length; i++) {
    // Rounding of the transform can make the correction of a dark voxel slightly negative.
    const weight = weights[isUniform ? 0 : i];
    let value = start[i] * Math.max(next[i], 0) * weight;
    // With s = Hᵀ1, y c / (s + p) is the plain update over 1 + p / s.
    if (penalty !== undefined) value /= Math.max(1 + penalty[i] * weight, LEAST_DENOMINATOR);
    sums.change += Math.abs(value - estimate[i]);
    sums.total += estimate[i];
    next[i] = value;
    if (extrapolation === undefined) continue;
    const step = value - start[i];
    sums.along += step * extrapolation.step[i];
    sums.square += extrapolation.step[i] ** 2;
    extrapolation.step[i] = step;
  }
  (extrapolation?.before ?? estimate).set(next);
  return { ...sums, done: true };
}
