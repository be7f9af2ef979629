import {
  add,
  concat,
  grad,
  mean,
  mul,
  neg,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Scalar,
  type Tensor1D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { meanAbsolute, meanSquare } from '@blurcycle/compute';
import type { CycleNorm, GanLoss, Shape3 } from '@blurcycle/core';
import type { BlurNoise, MultiPatchDiscriminator, NestedCrop } from '@blurcycle/models';

/** Labels of a real volume and of a generated one (eq. 22, shifted to 1/0). */
export const LABEL = { real: 1, fake: 0 } as const;

/**
 * Loss of one discriminator, from its scores of a real volume and of a generated one.
 *
 * `least-squares`: ½ (mean (D(real) - 1)² + mean D(fake)²) (eq. 22; the paper's labels +1/-1 become
 * 1/0 by an affine change of D). `wasserstein-gp`: mean D(fake) - mean D(real) (eq. 17 and 18 with
 * the sign of a minimization), without the penalty of eq. 19.
 */
export function discriminatorLoss(kind: GanLoss, real: Tensor5D, fake: Tensor5D): Scalar {
  if (kind === 'wasserstein-gp') return sub(mean<Scalar>(fake), mean<Scalar>(real)); // eq. 18
  return mul(add(meanSquare(real, LABEL.real), meanSquare(fake, LABEL.fake)), 0.5); // eq. 22
}

/**
 * Adversarial loss of a generator, from the scores of its output, averaged over the scales of the
 * discriminator.
 *
 * `least-squares`: mean (D(fake) - 1)² (eq. 22 from the other side). `wasserstein-gp`: -mean
 * D(fake) (eq. 18).
 */
export function generatorLoss(kind: GanLoss, scores: readonly Tensor5D[]): Scalar {
  const terms = scores.map(
    (score): Scalar =>
      kind === 'wasserstein-gp' ? neg(mean<Scalar>(score)) : meanSquare(score, LABEL.real), // eq. 18; eq. 22
  );
  return meanOfScales(terms);
}

/** (1/S) Σ_s: every scale of the discriminator has the same weight. */
export function meanOfScales(terms: readonly Scalar[]): Scalar {
  return mul(
    terms.reduce((total, term) => add(total, term)),
    1 / terms.length,
  );
}

/**
 * Added under the root, whose derivative at 0 is infinite: a slope of 1e-6, a millionth of the
 * target slope.
 */
const EPSILON = 1e-12;

/**
 * Gradient penalty of each scale of a critic between a real volume and a generated one:
 * (‖∇_x̃ Φ_s(x̃)‖ - 1)², x̃ = α x + (1 - α) G(y) (eq. 19), Φ_s the mean of the scores of scale s.
 *
 * The norm is the one of distances per voxel, as in the cycle terms: √N times the Euclidean norm of
 * the gradient for N voxels. So the target slope does not depend on the size of the patch, and is
 * the same for all scales. A critic that sees two volumes has N voxels of two channels: it is
 * differentiated for both, as x̃ lies between two pairs, and a channel that it ignores changes
 * nothing.
 *
 * Its gradient differentiates the gradient of the critic (second order).
 * Shapes: `real` and `fake` [n, z, y, x, c]. Memory: consumes nothing; call inside tidy.
 * Source: paper eq. 19; Gulrajani et al. (2017), arXiv:1704.00028.
 *
 * @param alpha - Position between fake (0) and real (1).
 */
export function gradientPenalty(
  critic: MultiPatchDiscriminator,
  real: Tensor5D,
  fake: Tensor5D,
  crop: NestedCrop,
  alpha: number,
): readonly Scalar[] {
  const between = add<Tensor5D>(mul(real, alpha), mul(fake, 1 - alpha)); // x̃ of eq. 19
  return critic.cut(between, crop).map((patch, i) => {
    // One gradient for each scale: through a common one, tfjs would differentiate the crops back to
    // the whole patch.
    const slope = grad((x) => sumOfMeans(critic.networks[i].apply(x as Tensor5D)))(patch);
    const [, depth, height, width] = slope.shape;
    const voxels = depth * height * width;
    const norm = sqrt(add(mul(sum<Tensor1D>(square(slope), [1, 2, 3, 4]), voxels), EPSILON));
    return mean<Scalar>(square(sub(norm, 1))); // eq. 19
  });
}

/**
 * Σ_n Φ_s(x_n), Φ_s the mean of the scores: the volumes of a batch are independent, so no slope
 * mixes with another.
 */
function sumOfMeans(scores: Tensor5D): Scalar {
  return sum(mean<Tensor1D>(scores, [1, 2, 3, 4]));
}

/**
 * One cycle-consistency term: ‖a - b‖ per voxel (eq. 14 and 16), L1 as in the cycleGAN framework or
 * squared L2.
 */
export function cycleLoss(a: Tensor5D, b: Tensor5D, norm: Exclude<CycleNorm, 'anscombe'>): Scalar {
  return norm === 'l1' ? meanAbsolute(a, b) : meanSquare(a, b); // eq. 14, 16
}

/** ‖y - h*G(y)‖; for `anscombe` both stabilized by the noise. */
export function blurredCycleLoss(
  noise: BlurNoise | null,
  norm: CycleNorm,
  again: Tensor5D,
  observed: Tensor5D,
): Scalar {
  if (norm !== 'anscombe') return cycleLoss(again, observed, norm);
  if (noise === null) throw new Error('internal: the Anscombe transform needs noise');
  return meanAbsolute(noise.stabilize(again, observed), noise.stabilize(observed, observed));
}

/** Standard deviation of all scores together. */
export function standardDeviation(scores: readonly Tensor5D[]): Scalar {
  const all = concat(scores.map((score) => reshape(score, [score.size])));
  return sqrt(mean<Scalar>(square(sub(all, mean(all)))));
}

/** The volume without `margin` voxels on each side. Shapes: [n, z, y, x, c]. Call inside tidy. */
export function withoutMargin(x: Tensor5D, margin: Shape3): Tensor5D {
  if (margin.every((side) => side === 0)) return x;
  const [mz, my, mx] = margin;
  const [, z, y, width] = x.shape;
  return slice(x, [0, mz, my, mx, 0], [-1, z - 2 * mz, y - 2 * my, width - 2 * mx, -1]);
}
