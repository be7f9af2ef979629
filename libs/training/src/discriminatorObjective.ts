import {
  add,
  concat,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  type Scalar,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { capitalize, DISCRIMINATOR_SCALES, type Domain } from '@blurcycle/core';
import type { MultiPatchDiscriminator, NestedCrop } from '@blurcycle/models';
import { discriminatorLoss, gradientPenalty, meanOfScales } from './losses.ts';
import type { Objective, ObjectiveSettings } from './objectives.ts';

/** Input of a discriminator in one step; volumes as it sees them (`shownTo`). */
interface DiscriminatorSample {
  readonly real: Tensor5D;
  readonly fake: Tensor5D;
  /** The parts that the scales see. */
  readonly crop: NestedCrop;
  /** α of eq. 19; null for a loss without a penalty. */
  readonly alpha: number | null;
}

/**
 * The loss of the discriminator of one domain, averaged over its scales: `discriminatorLoss` (eq.
 * 18 or 22) plus, for `wasserstein-gp`, η times the gradient penalty (eq. 19).
 *
 * The terms: the loss of each scale, the penalty of each scale, and the standard deviation of the
 * scores (`...Spread`) of all scales and of each, which tells whether the discriminator
 * distinguishes anything.
 *
 * Memory: consumes nothing; everything returned belongs to the caller's tidy.
 */
export function discriminatorObjective(
  discriminator: MultiPatchDiscriminator,
  domain: Domain,
  { real, fake, crop, alpha }: DiscriminatorSample,
  { ganLoss, lossWeights }: Pick<ObjectiveSettings, 'ganLoss' | 'lossWeights'>,
): Objective {
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
      [`${name}Spread`]: standardDeviation([...realScores, ...fakeScores]),
      ...byScale(
        `${name}Spread`,
        realScores.map((scores, i) => standardDeviation([scores, fakeScores[i]])),
      ),
    },
  };
}

/** Standard deviation of all scores together. */
function standardDeviation(scores: readonly Tensor5D[]): Scalar {
  const all = concat(scores.map((score) => reshape(score, [score.size])));
  return sqrt(mean<Scalar>(square(sub(all, mean(all)))));
}
