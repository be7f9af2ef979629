import { add, mul, type Scalar, type Tensor5D } from '@tensorflow/tfjs-core';
import { concatChannels, meanAbsolute, meanSquare, stopGradient } from '@blurcycle/compute';
import {
  capitalize,
  DISCRIMINATOR_SCALES,
  type CycleNorm,
  type Domain,
  type GanLoss,
  type Precision,
  type Shape3,
} from '@blurcycle/core';
import type { MultiPatchDiscriminator, NestedCrop } from '@blurcycle/models';
import {
  blurredCycleLoss,
  cycleLoss,
  discriminatorLoss,
  generatorLoss,
  gradientPenalty,
  meanOfScales,
  standardDeviation,
  withoutMargin,
} from './losses.ts';
import {
  closesBlurred,
  closesSharp,
  imagesSharp,
  seesInput,
  type MethodNetworks,
  type MethodSettings,
} from './methodNetworks.ts';

/** What is minimized and how; the same for all methods of a profile. */
export interface ObjectiveSettings {
  readonly patch: Shape3;
  /** Number of generator updates; the decay of the learning rates ends there. */
  readonly updates: number;
  readonly optimizer: OptimizerSettings;
  /** Of the factors of convolutions in all passes. @defaultValue 'float32' */
  readonly precision?: Precision | undefined;
  /** LS-GAN (eq. 22), or Wasserstein with a gradient penalty (eq. 19). */
  readonly ganLoss: GanLoss;
  readonly lossWeights: LossWeights;
  readonly cycleNorm: CycleNorm;
  /**
   * Half a blur kernel, or zeros. The blurred cycle term leaves out this many voxels at each border
   * of the patch, where the zero border of the convolution falsifies it; and sharp patches come
   * with this many voxels of surroundings, so that their blur is exact. With zeros neither happens:
   * the paper mentions nothing of the kind.
   */
  readonly cycleMargin: Shape3;
  /** Generated volumes kept for each discriminator. */
  readonly historyBuffer: number;
  /**
   * Whether a learned kernel has a gradient from ‖x - G(h*x)‖. That term rewards any h that G can
   * easily invert, whether or not it is that of the microscope. @defaultValue true
   */
  readonly sharpCycleTrainsKernel?: boolean | undefined;
  /** Part of the updates from which on ‖y - h*G(y)‖ counts. @defaultValue 0 */
  readonly blurredCycleFrom?: number | undefined;
  /** Range of a log-uniform factor of x in the sharp cycle, before the noise; null: none. */
  readonly randomGain?: readonly [number, number] | null | undefined;
  /** Updates after which a step weighs half in the moving average of G; null: none is kept. */
  readonly averageHalfLife?: number | null | undefined;
}

/** Adam's constants; the three groups of parameters have a learning rate each. */
interface OptimizerSettings {
  readonly learningRate: number;
  readonly blurKernelLearningRate: number;
  readonly discriminatorLearningRate: number;
  /** Of log a and log b of learned noise. @defaultValue 0.01 */
  readonly noiseLearningRate?: number | undefined;
  /**
   * Fraction of the updates after which all rates fall linearly to zero, as in the cycleGAN
   * framework; 1 keeps them constant.
   */
  readonly decayFrom: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Weights of the terms of the losses. */
interface LossWeights {
  /** γ of eq. 13 and 15. */
  readonly cycle: number;
  readonly pixel: number;
  readonly adversarial: number;
  /** η of eq. 19; unused for least-squares. */
  readonly gradientPenalty: number;
}

/** One training sample: a blurred and a sharp patch [1, z, y, x, 1], paired or unpaired. */
export interface SampleTensors extends Readonly<Record<Domain, Tensor5D>> {
  /** The sharp patch with its surroundings, `cycleMargin` voxels on each side. */
  readonly sharpWide: Tensor5D;
  /** Standard normal deviates of the blurred patch's shape, for a method whose blur has noise. */
  readonly deviates: Tensor5D | null;
  /** Factor of the sharp patch in the sharp cycle; 1 without random gain. */
  readonly gain: number;
  /**
   * A patch of a real image for the blurred cycle, where `blurred` is a simulated one; null where
   * it is real itself.
   */
  readonly observed: Tensor5D | null;
}

/** A total loss and the terms that the log shows. */
interface Objective {
  readonly total: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
}

/** The loss of the generators, and the volumes that they generated. */
interface GeneratorObjective extends Objective {
  /** Generated volumes by domain, as the discriminators see them (`shownTo`). */
  readonly fakes: Readonly<Partial<Record<Domain, Tensor5D>>>;
}

/**
 * A volume as the discriminator of its domain sees it: alone, or as the second channel behind what
 * it is made from, of the same sample: sharp behind blurred, as in pix2pix, or blurred behind
 * sharp.
 *
 * Source: Isola et al. (2017), arXiv:1611.07004, eq. 1.
 * Memory: consumes nothing; where it sees the volume alone, returns that very tensor.
 */
export function shownTo(
  domain: Domain,
  method: MethodSettings,
  volume: Tensor5D,
  { sharp, blurred }: Pick<SampleTensors, Domain>,
): Tensor5D {
  if (!seesInput(method)) return volume;
  return concatChannels(domain === 'sharp' ? blurred : sharp, volume);
}

/**
 * The generators' loss of a method.
 *
 * Cycle methods: ℓ = γ ℓ_cycle + ℓ_GAN (eq. 13 blind, eq. 15 non-blind), with ℓ_cycle = ‖x -
 * G(h*x)‖ + ‖y - h*G(y)‖ (eq. 14, 16). Supervised: distance of G(y) to its ground truth, plus the
 * GAN term if the method has a discriminator. Not in the paper: with noise the image of x is y' =
 * h*x + √(a [h*x]₊ + b) ε for G and for the discriminator, and learned a and b have the gradient of
 * the likelihood of y around h*G(y), no other; with random gain g the sharp term is of g x.
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
  const { sharpGenerator: G, blurGenerator: F, noise, discriminators } = networks;
  const { lossWeights, ganLoss, cycleMargin } = objective;
  const { blurred: y, sharp: x } = sample;
  const terms: Record<string, Scalar> = {};
  const weighted: Scalar[] = [];
  const include = (name: string, weight: number, term: Scalar): void => {
    terms[name] = term;
    weighted.push(mul(term, weight));
  };

  const fakeSharp = needsFakeSharp(method) ? G.apply(y) : null;
  const fakes: Partial<Record<Domain, Tensor5D>> = fakeSharp === null ? {} : { sharp: fakeSharp };
  if (method.pixelLoss !== 'none' && fakeSharp !== null) {
    const distance = method.pixelLoss === 'l1' ? meanAbsolute : meanSquare;
    include('pixel', lossWeights.pixel, distance(fakeSharp, x));
  }
  if (F !== null && imagesSharp(method)) {
    // The kernel sees the surroundings of the patch, so that its zero border darkens no part of
    // h*x.
    const clean =
      method.blurPath === 'unet'
        ? F.apply(x)
        : withoutMargin(F.apply(withGain(sample.sharpWide, sample)), cycleMargin);
    fakes.blurred = withNoise(networks, clean, sample);
  }
  if (F !== null && closesBlurred(method)) {
    const image = sample.observed ?? y;
    const estimate = sample.observed === null ? fakeSharp : G.apply(sample.observed);
    if (estimate === null) throw new Error('internal: the blurred cycle needs an estimate');
    const blurredAgain = withoutMargin(F.apply(estimate), cycleMargin);
    const observed = withoutMargin(image, cycleMargin);
    const distance = blurredCycleLoss(noise, objective.cycleNorm, blurredAgain, observed);
    include('cycleBlurred', lossWeights.cycle, distance);
    if (noise !== null && noise.parameters.length > 0)
      include('noise', 1, noise.negativeLogLikelihood(observed, blurredAgain));
  }
  if (fakes.blurred !== undefined && closesSharp(method)) {
    const image =
      objective.sharpCycleTrainsKernel === false ? stopGradient(fakes.blurred) : fakes.blurred;
    const norm = objective.cycleNorm === 'l2' ? 'l2' : 'l1';
    include('cycleSharp', lossWeights.cycle, cycleLoss(G.apply(image), withGain(x, sample), norm));
  }
  for (const domain of method.discriminators) {
    const volume = fakes[domain];
    const discriminator = discriminators[domain];
    if (volume === undefined || discriminator === undefined)
      throw new Error(`internal: method ${method.id} generates nothing to score in ${domain}`);
    const fake = shownTo(domain, method, volume, sample);
    fakes[domain] = fake;
    const scores = discriminator.apply(fake, crops[domain]);
    include(
      `adversarial${capitalize(domain)}`,
      lossWeights.adversarial,
      generatorLoss(ganLoss, scores),
    );
  }
  return { total: weighted.reduce((sum, term) => add(sum, term)), terms, fakes };
}

/** Whether anything looks at G(y). */
function needsFakeSharp({ pixelLoss, cycles, discriminators }: MethodSettings): boolean {
  return pixelLoss !== 'none' || closesBlurred({ cycles }) || discriminators.includes('sharp');
}

function withGain(volume: Tensor5D, { gain }: SampleTensors): Tensor5D {
  return gain === 1 ? volume : mul(volume, gain);
}

function withNoise(
  { noise }: MethodNetworks,
  clean: Tensor5D,
  { deviates }: SampleTensors,
): Tensor5D {
  if (noise === null) return clean;
  if (deviates === null) throw new Error('internal: noise needs deviates');
  return noise.addTo(clean, deviates);
}

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
