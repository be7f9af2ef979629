import { assertRange, createVolume, type Volume } from '@blurcycle/core';
import { checkObserved } from './checkObserved.ts';
import { conjugateGradient } from './conjugateGradient.ts';
import type { LinearDeconvolutionOptions } from './linearDeconvolutionOptions.ts';
import { createObservationModel, type ObservationModel } from './observationModel.ts';

/** What to add to H^T H, and the object that is expected where the data say nothing. */
export interface LeastSquaresPrior {
  readonly penalty: (object: Float32Array, model: ObservationModel) => Float32Array;
  /** A constant object. */
  readonly level: number;
}

/**
 * Solves (H^T H + P)(x - l) = H^T(y - b - H l): a regularised inverse of the blur.
 *
 * In the Fourier domain of a periodic image that is conj(H)/(|H|^2 + P). It is solved by conjugate
 * gradients with the forward operator and its adjoint instead, so that every kind of edge is
 * treated as it is and not as a repetition.
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
  checkObserved(where, observed, psf);
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
  const flat = model.forward(new Float32Array(model.sensitivity.length).fill(level));
  const rightHandSide = model.adjoint(
    observed.data.map((value, i) => value - background - flat[i]),
  );
  const image = new Float32Array(observed.data.length);
  const result = new Float32Array(model.sensitivity.length);
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
