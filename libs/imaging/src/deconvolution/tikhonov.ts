import { assertRange, type TikhonovPenalty, type Volume } from '@blurcycle/core';
import type { LinearDeconvolutionOptions } from './linearDeconvolutionOptions.ts';
import { negativeLaplacian } from './negativeLaplacian.ts';
import { solveLeastSquares } from './solveLeastSquares.ts';

export interface TikhonovOptions extends LinearDeconvolutionOptions {
  /** Weight of the penalty, above 0: larger is smoother. @defaultValue 0.01 */
  readonly lambda?: number;
  /**
   * What is penalised: the squared values, or the squared differences of neighbours. @defaultValue
   * 'identity'
   */
  readonly penalty?: TikhonovPenalty;
}

/**
 * Tikhonov-regularised inverse of the blur.
 *
 * Least |H x + b - y|^2 + lambda |D x|^2, that is x = (H^T H + lambda D^T D)^-1 H^T(y - b); for a
 * periodic image conj(H) Y / (|H|^2 + lambda |D|^2). D is the identity or the gradient in lateral
 * voxels.
 *
 * Cost: two blurs per step of the solver, about 1/sqrt(lambda) steps.
 * Source: Tikhonov & Arsenin, Solutions of Ill-Posed Problems (1977).
 *
 * @throws {RangeError} If the data hold NaN or the PSF is not fit; the message says what to do.
 */
export function tikhonov(observed: Volume, psf: Volume, options: TikhonovOptions = {}): Volume {
  const { lambda = 0.01, penalty = 'identity' } = options;
  assertRange(
    lambda > 0 && Number.isFinite(lambda),
    'tikhonov',
    'lambda',
    'be above 0',
    lambda,
    'try 1e-4 to 1e-1',
  );
  const [dz, dy, dx] = observed.voxelSizeUm;
  return solveLeastSquares('tikhonov', observed, psf, options, {
    level: 0,
    penalty: (object, { objectShape }) => {
      const gradient =
        penalty === 'identity'
          ? object
          : negativeLaplacian(object, objectShape, [dz / dx, dy / dx, 1]);
      return gradient.map((value) => lambda * value);
    },
  });
}
