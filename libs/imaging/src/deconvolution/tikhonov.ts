import { assertRange, type Shape3, type TikhonovPenalty, type Volume } from '@blurcycle/core';
import { solveLeastSquares, type LinearDeconvolutionOptions } from './leastSquares.ts';

export interface TikhonovOptions extends LinearDeconvolutionOptions {
  /** Weight of the penalty, above 0: larger is smoother. @defaultValue 0.01 */
  readonly lambda?: number;
  /**
   * Penalize the squared values, or the squared differences of neighbors. @defaultValue 'identity'
   */
  readonly penalty?: TikhonovPenalty;
}

/**
 * Tikhonov-regularized inverse of the blur.
 *
 * Minimizes |H x + b - y|^2 + lambda |D x|^2: x = (H^T H + lambda D^T D)^-1 H^T(y - b); for a
 * periodic image conj(H) Y / (|H|^2 + lambda |D|^2). D is the identity or the gradient in lateral
 * voxels.
 *
 * Cost: two blurs per step of the solver, about 1/sqrt(lambda) steps.
 * Source: Tikhonov & Arsenin, Solutions of Ill-Posed Problems (1977).
 *
 * @throws {RuleError} If the data hold NaN or the PSF is unsuitable; the message names the remedy.
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

/**
 * Minus the Laplacian: the gradient of half the sum of squared differences between neighbors.
 *
 * No flow crosses the border, so a constant gives zero. Symmetric and positive semidefinite.
 *
 * @param spacing - Distances between voxels along z, y, x.
 */
export function negativeLaplacian(
  values: Float32Array,
  shape: Shape3,
  spacing: readonly [number, number, number],
): Float32Array {
  const [depth, height, width] = shape;
  const result = new Float32Array(values.length);
  const weights = spacing.map((distance) => 1 / (distance * distance));
  const steps = [height * width, width, 1];
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const inside = [z + 1 < depth, y + 1 < height, x + 1 < width];
        for (let axis = 0; axis < 3; axis++) {
          if (!inside[axis]) continue;
          const pull = weights[axis] * (values[i] - values[i + steps[axis]]);
          result[i] += pull;
          result[i + steps[axis]] -= pull;
        }
      }
    }
  }
  return result;
}
