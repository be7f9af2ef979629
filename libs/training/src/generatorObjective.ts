import { add, mul, type Scalar, type Tensor5D } from '@tensorflow/tfjs-core';
import { meanAbsolute, meanSquare } from '@blurcycle/compute';
import type { NestedCrop } from '@blurcycle/models';
import { generatorLoss } from './adversarialLoss.ts';
import { cycleLoss } from './cycleLoss.ts';
import type { MethodNetworks } from './methodNetworks.ts';
import type { Domain, MethodSettings, ObjectiveSettings } from './settings.ts';
import { withoutMargin } from './withoutMargin.ts';

/** One training sample: a blurred and a sharp patch [1, z, y, x, 1], matched or not. */
export interface SampleTensors extends Readonly<Record<Domain, Tensor5D>> {
  /** The sharp patch with its surroundings, `cycleMargin` voxels on each side. */
  readonly sharpWide: Tensor5D;
}

/** What the generators are to minimize, its parts, and what they made on the way. */
export interface GeneratorObjective {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
  /** Generated volumes by domain, for the discriminators. */
  readonly fakes: Readonly<Partial<Record<Domain, Tensor5D>>>;
}

/**
 * The generators' loss of a method.
 *
 * Cycle methods: ℓ = γ ℓ_cycle + ℓ_GAN (eq. 13 blind, eq. 15 non-blind), with ℓ_cycle = ‖x -
 * G(h*x)‖ + ‖y - h*G(y)‖ (eq. 14, 16). Supervised: distance of G(y) to its truth, plus the GAN term
 * if the method has a discriminator.
 *
 * Memory: consumes nothing; everything returned belongs to the caller's tidy.
 */
export function generatorObjective(
  networks: MethodNetworks,
  method: MethodSettings,
  objective: ObjectiveSettings,
  sample: SampleTensors,
  crops: Readonly<Record<Domain, NestedCrop>>,
): GeneratorObjective {
  const { sharpGenerator: G, blurGenerator: F, discriminators } = networks;
  const { lossWeights, ganLoss, cycleNorm, cycleMargin } = objective;
  const { blurred: y, sharp: x } = sample;
  const terms: Record<string, Scalar> = {};
  const weighted: Scalar[] = [];
  const include = (name: string, weight: number, term: Scalar): void => {
    terms[name] = term;
    weighted.push(mul(term, weight));
  };

  const fakeSharp = G.apply(y);
  const fakes: Partial<Record<Domain, Tensor5D>> = { sharp: fakeSharp };
  if (method.pixelLoss !== 'none') {
    const distance = method.pixelLoss === 'l1' ? meanAbsolute : meanSquare;
    include('pixel', lossWeights.pixel, distance(fakeSharp, x));
  }
  if (F !== null) {
    // The kernel sees the surroundings of the patch, so that its zero border darkens nothing of
    // h*x.
    const fakeBlurred =
      method.blurPath === 'unet'
        ? F.apply(x)
        : withoutMargin(F.apply(sample.sharpWide), cycleMargin);
    fakes.blurred = fakeBlurred;
    const blurredAgain = withoutMargin(F.apply(fakeSharp), cycleMargin);
    include(
      'cycleBlurred',
      lossWeights.cycle,
      cycleLoss(blurredAgain, withoutMargin(y, cycleMargin), cycleNorm),
    );
    include('cycleSharp', lossWeights.cycle, cycleLoss(G.apply(fakeBlurred), x, cycleNorm));
  }
  for (const domain of method.discriminators) {
    const fake = fakes[domain];
    const scores =
      fake === undefined ? undefined : discriminators[domain]?.apply(fake, crops[domain]);
    if (scores === undefined)
      throw new Error(`internal: method ${method.id} has nothing to judge in ${domain}`);
    include(
      `adversarial${capitalize(domain)}`,
      lossWeights.adversarial,
      generatorLoss(ganLoss, scores),
    );
  }
  return { total: weighted.reduce((sum, term) => add(sum, term)), terms, fakes };
}

/** First letter in upper case: a domain as the end of a loss name. */
export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
