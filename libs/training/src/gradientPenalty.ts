import {
  add,
  grad,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Scalar,
  type Tensor1D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import type { MultiPatchDiscriminator, NestedCrop } from '@blurcycle/models';

/**
 * Added under the root, whose derivative at 0 is infinite: a slope of 1e-6, a millionth of the one
 * asked for.
 */
const EPSILON = 1e-12;

/**
 * How far each scale of a critic is from having slope 1 between a real volume and one that a
 * generator made: (‖∇_x̃ Φ_s(x̃)‖ - 1)², x̃ = α x + (1 - α) G(y) (eq. 19), Φ_s the mean of the
 * scores of scale s.
 *
 * The norm is the one that belongs to distances per voxel, ‖v‖² = mean(v²), as the cycle terms
 * measure them: √N times the Euclidean norm of the gradient for N voxels. So the slope asked for
 * does not depend on the size of the patch, and the scales agree.
 *
 * The gradient of this goes through the gradient of the critic (second order).
 * Shapes: `real` and `fake` [n, z, y, x, 1]. Memory: consumes nothing; call inside tidy.
 * Source: paper eq. 19; Gulrajani et al. (2017), arXiv:1704.00028.
 *
 * @param alpha - Where between fake (0) and real (1).
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
    // One gradient for each scale: in a common one, tfjs would follow the crops back into the whole
    // patch.
    const slope = grad((x) => sumOfMeans(critic.networks[i].apply(x as Tensor5D)))(patch);
    const voxels = slope.size / slope.shape[0];
    const norm = sqrt(add(mul(sum<Tensor1D>(square(slope), [1, 2, 3, 4]), voxels), EPSILON));
    return mean<Scalar>(square(sub(norm, 1))); // eq. 19
  });
}

/**
 * Σ_n Φ_s(x_n), Φ_s the mean of the scores: the volumes of a batch are apart, so no slope mixes
 * with another.
 */
function sumOfMeans(scores: Tensor5D): Scalar {
  return sum(mean<Tensor1D>(scores, [1, 2, 3, 4]));
}
