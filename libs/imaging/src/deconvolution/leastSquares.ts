import { assertRange, createVolume, voxelCount, type Boundary, type Volume } from '@blurcycle/core';
import {
  checkObserved,
  createObservationModel,
  type ObservationModel,
} from './observationModel.ts';

/** Options that the linear methods share. */
export interface LinearDeconvolutionOptions {
  /**
   * Constant light that belongs to no object, in the units of the data, at least 0. @defaultValue 0
   */
  readonly background?: number;
  /** Assumption beyond the border of the image. @defaultValue 'weights' */
  readonly boundary?: Boundary;
  /**
   * Clip negative output to zero; linear methods do not enforce non-negativity. @defaultValue true
   */
  readonly nonNegative?: boolean;
  /** Stop when the residual is this part of the right-hand side. @defaultValue 1e-4 */
  readonly tolerance?: number;
  /** Maximum number of steps of the solver. @defaultValue 200 */
  readonly iterations?: number;
  /** Called after each step with the number of steps done and their maximum. */
  readonly onUpdate?: (done: number, most: number) => void;
}

/** Prior of a least-squares estimate. */
interface LeastSquaresPrior {
  /** P, added to H^T H: its product with an object. */
  readonly penalty: (object: Float32Array, model: ObservationModel) => Float32Array;
  /** Expected object where the data hold no information, a constant. */
  readonly level: number;
}

/**
 * Solves (H^T H + P)(x - l) = H^T(y - b - H l): a regularized inverse of the blur.
 *
 * In the Fourier domain of a periodic image this is conj(H)/(|H|^2 + P). Conjugate gradients with
 * the forward operator and its adjoint solve it for every boundary, not only for periodic images.
 *
 * @param where - Name of the public function, for error lines.
 */
export function solveLeastSquares(
  where: string,
  observed: Volume,
  psf: Volume,
  options: LinearDeconvolutionOptions,
  { penalty, level }: LeastSquaresPrior,
): Volume {
  const {
    background = 0,
    boundary = 'weights',
    nonNegative = true,
    tolerance = 1e-4,
    iterations = 200,
  } = options;
  checkObserved(where, observed, psf, boundary);
  assertRange(
    background >= 0 && Number.isFinite(background),
    where,
    'background',
    'be at least 0',
    background,
  );
  assertRange(tolerance > 0 && tolerance < 1, where, 'tolerance', 'lie between 0 and 1', tolerance);
  assertRange(
    Number.isSafeInteger(iterations) && iterations > 0,
    where,
    'iterations',
    'be a positive integer',
    iterations,
  );
  const model = createObservationModel(observed, psf, boundary);
  const voxels = voxelCount(model.objectShape);
  const flat = model.forward(new Float32Array(voxels).fill(level));
  const rightHandSide = model.adjoint(
    observed.data.map((value, i) => value - background - flat[i]),
  );
  const image = new Float32Array(observed.data.length);
  const result = new Float32Array(voxels);
  const apply = (object: Float32Array) => {
    model.adjoint(model.forward(object, image), result);
    const pull = penalty(object, model);
    for (let i = 0; i < result.length; i++) result[i] += pull[i];
    return result;
  };
  const deviation = conjugateGradient(apply, rightHandSide, {
    iterations,
    tolerance,
    onStep: options.onUpdate,
  });
  const estimate = model.crop(deviation).map((value) => {
    const total = value + level;
    return nonNegative ? Math.max(0, total) : total;
  });
  return createVolume(observed.shape, observed.voxelSizeUm, estimate);
}

/** When to stop. */
interface ConjugateGradientOptions {
  /** Maximum number of steps. */
  readonly iterations: number;
  /** Stop when the norm of the residual is this part of that of the right-hand side. */
  readonly tolerance: number;
  /** Called after each step with the number of steps done and their maximum. */
  readonly onStep?: ((done: number, most: number) => void) | undefined;
}

/**
 * Solves A x = b for a symmetric positive definite A, given as a function.
 *
 * `apply` may return the same array every time. Sums use double precision. Cost: one application
 * of A per step, four vectors.
 * Source: Hestenes & Stiefel (1952) doi:10.6028/jres.049.044.
 */
export function conjugateGradient(
  apply: (x: Float32Array) => Float32Array,
  rightHandSide: Float32Array,
  { iterations, tolerance, onStep }: ConjugateGradientOptions,
): Float32Array {
  const solution = new Float32Array(rightHandSide.length);
  const residual = Float32Array.from(rightHandSide);
  const direction = Float32Array.from(rightHandSide);
  let square = dot(residual, residual);
  const goal = tolerance * tolerance * square;
  for (let step = 0; step < iterations && square > goal; step++) {
    const image = apply(direction);
    const curvature = dot(direction, image);
    // The residual is lost in rounding: no step improves the solution any more.
    if (!(curvature > 0)) break;
    const length = square / curvature;
    for (let i = 0; i < solution.length; i++) {
      solution[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
    const next = dot(residual, residual);
    const turn = next / square;
    for (let i = 0; i < direction.length; i++) direction[i] = residual[i] + turn * direction[i];
    square = next;
    onStep?.(step + 1, iterations);
  }
  return solution;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
