import { add, mul, slice, type Scalar, type Tensor5D } from '@tensorflow/tfjs-core';
import type { Shape3 } from '@blurcycle/core';
import { meanAbsolute, meanSquare } from '@blurcycle/compute';

/** What a discriminator should say of a volume that is real, and of one that a generator made (eq. 22, shifted to 1/0). */
export const LABEL = { real: 1, fake: 0 } as const;

/**
 * Least-squares GAN loss of scores against a label, averaged over the discriminator's scales.
 *
 * (1/S) Σ_s mean((D_s(v) - label)²). The paper's labels +1/-1 (eq. 22) become 1/0 by an affine change of D.
 */
export function leastSquaresGan(scores: readonly Tensor5D[], label: number): Scalar {
  const terms = scores.map((score) => meanSquare(score, label));
  return mul(
    terms.reduce((sum, term) => add(sum, term)),
    1 / scores.length,
  );
}

/** One cycle-consistency term: ‖a - b‖ per voxel (eq. 14 and 16), L1 as in the framework or squared L2. */
export function cycleLoss(a: Tensor5D, b: Tensor5D, norm: 'l1' | 'l2'): Scalar {
  return norm === 'l1' ? meanAbsolute(a, b) : meanSquare(a, b);
}

/** The volume without `margin` voxels on each side. */
export function withoutMargin(x: Tensor5D, margin: Shape3): Tensor5D {
  if (margin.every((side) => side === 0)) return x;
  const [mz, my, mx] = margin;
  const [, z, y, width] = x.shape;
  return slice(x, [0, mz, my, mx, 0], [-1, z - 2 * mz, y - 2 * my, width - 2 * mx, -1]);
}
