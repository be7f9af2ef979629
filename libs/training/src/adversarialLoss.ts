import { add, mean, mul, neg, sub, type Scalar, type Tensor5D } from '@tensorflow/tfjs-core';
import { meanSquare } from '@blurcycle/compute';

/** The two losses of the paper's section II-C. */
export type GanLoss = 'least-squares' | 'wasserstein-gp';

/**
 * What a discriminator should say of a volume that is real, and of one that a generator made (eq.
 * 22, shifted to 1/0).
 */
export const LABEL = { real: 1, fake: 0 } as const;

/**
 * What one discriminator is to minimize, from its scores of a real volume and of one that a
 * generator made.
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
 * What the generator is to minimize, from the scores of what it made, averaged over the
 * discriminator's scales.
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

/** (1/S) Σ_s: the scales of the discriminator count the same. */
export function meanOfScales(terms: readonly Scalar[]): Scalar {
  return mul(
    terms.reduce((sum, term) => add(sum, term)),
    1 / terms.length,
  );
}
