import { add, mul, type Scalar, type Tensor5D } from '@tensorflow/tfjs-core';
import { DISCRIMINATOR_SCALES, type MultiPatchDiscriminator, type NestedCrop } from '@blurcycle/models';
import { capitalize } from './generatorObjective.ts';
import { LABEL, leastSquaresGan } from './losses.ts';
import type { Domain } from './settings.ts';

/** What the discriminator of one domain is to minimize, and its parts. */
export interface DiscriminatorObjective {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
}

/**
 * The least-squares loss of the discriminator of one domain: ½ (mean (D(real) - 1)² + mean D(fake)²), averaged over scales.
 *
 * Source: paper eq. 22 with η = ½, labels shifted from ±1 to 1/0. The parts are the loss of each scale.
 * Memory: consumes nothing; everything returned belongs to the caller's tidy.
 */
export function discriminatorObjective(
  discriminator: MultiPatchDiscriminator,
  domain: Domain,
  real: Tensor5D,
  fake: Tensor5D,
  crop: NestedCrop,
): DiscriminatorObjective {
  const realScores = discriminator.apply(real, crop);
  const fakeScores = discriminator.apply(fake, crop);
  const name = `discriminator${capitalize(domain)}`;
  const scales = DISCRIMINATOR_SCALES.map((scale, i) => {
    const sum = add<Scalar>(
      leastSquaresGan([realScores[i]], LABEL.real),
      leastSquaresGan([fakeScores[i]], LABEL.fake),
    );
    return [`${name}${capitalize(scale)}`, mul<Scalar>(sum, 0.5)] as const;
  });
  const total = mul<Scalar>(
    scales.map(([, loss]) => loss).reduce((a, b) => add(a, b)),
    1 / scales.length,
  );
  return { total, terms: { [name]: total, ...Object.fromEntries(scales) } };
}
