import {
  add,
  concat,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  mean,
  type Scalar,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import {
  DISCRIMINATOR_SCALES,
  type MultiPatchDiscriminator,
  type NestedCrop,
} from '@blurcycle/models';
import { discriminatorLoss, meanOfScales } from './adversarialLoss.ts';
import { capitalize } from './generatorObjective.ts';
import { gradientPenalty } from './gradientPenalty.ts';
import type { Domain, ObjectiveSettings } from './settings.ts';

/** What a discriminator is shown in one step. */
export interface ShownVolumes {
  readonly real: Tensor5D;
  readonly fake: Tensor5D;
  /** Where the scales look. */
  readonly crop: NestedCrop;
  /** α of eq. 19; null for a loss without a penalty. */
  readonly alpha: number | null;
}

/** What the discriminator of one domain is to minimize, and its parts. */
export interface DiscriminatorObjective {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
}

/**
 * The loss of the discriminator of one domain, averaged over its scales: `discriminatorLoss` (eq.
 * 18 or 22) plus, for `wasserstein-gp`, η times the gradient penalty (eq. 19).
 *
 * The parts: the loss of each scale, the penalty of each scale, and the spread of all scores about
 * their mean, which says whether the discriminator answers at all.
 *
 * Memory: consumes nothing; everything returned belongs to the caller's tidy.
 */
export function discriminatorObjective(
  discriminator: MultiPatchDiscriminator,
  domain: Domain,
  { real, fake, crop, alpha }: ShownVolumes,
  { ganLoss, lossWeights }: Pick<ObjectiveSettings, 'ganLoss' | 'lossWeights'>,
): DiscriminatorObjective {
  const name = `discriminator${capitalize(domain)}`;
  const realScores = discriminator.apply(real, crop);
  const fakeScores = discriminator.apply(fake, crop);
  const losses = realScores.map((score, i) => discriminatorLoss(ganLoss, score, fakeScores[i]));
  const penalties = alpha === null ? [] : gradientPenalty(discriminator, real, fake, crop, alpha);
  const total = meanOfScales(
    losses.map((loss, i) =>
      alpha === null ? loss : add<Scalar>(loss, mul(penalties[i], lossWeights.gradientPenalty)),
    ), // eq. 19
  );
  const byScale = (prefix: string, values: readonly Scalar[]): Record<string, Scalar> =>
    Object.fromEntries(
      values.map((value, i) => [prefix + capitalize(DISCRIMINATOR_SCALES[i]), value]),
    );
  return {
    total,
    terms: {
      [name]: total,
      ...byScale(name, losses),
      ...byScale(`gradientPenalty${capitalize(domain)}`, penalties),
      [`${name}Spread`]: spread([...realScores, ...fakeScores]),
    },
  };
}

/** Standard deviation of all scores of all scales. */
function spread(scores: readonly Tensor5D[]): Scalar {
  const all = concat(scores.map((score) => reshape(score, [score.size])));
  return sqrt(mean<Scalar>(square(sub(all, mean(all)))));
}
