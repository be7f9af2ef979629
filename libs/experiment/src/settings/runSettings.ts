import {
  AUGMENTATIONS,
  BLUR_NOISES,
  BLUR_PATHS,
  BLURRED_DISCRIMINATORS,
  CYCLE_BORDERS,
  CYCLE_NORMS,
  CYCLES,
  DISCRIMINATOR_VIEWS,
  DOMAINS,
  GAN_LOSSES,
  type GanLoss,
  NORMALIZATIONS,
  PAIRINGS,
  PIXEL_LOSSES,
  PRECISIONS,
  type PsfModelName,
  SELECTION_RULES,
} from '@blurcycle/core';
import { z } from 'zod';
import { blurKernelFields } from './blurKernelSettings.ts';
import { datasetSettingsSchema, overlap3Schema, shape3Schema } from './datasetSettings.ts';

/** Ids of methods, rows and experiments: they become file and target names. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { message: 'be lower-case words joined by hyphens' });

/** What distinguishes one trained method from another, and nothing else. */
export const methodSettingsSchema = z.strictObject({
  id: idSchema.describe('name in files and on the command line'),
  label: z.string().min(1).describe('name in tables and figures'),
  sampling: z
    .enum(PAIRINGS)
    .describe('whether a sharp patch shows the same place as the blurred one'),
  blurPath: z
    .enum(BLUR_PATHS)
    .describe('what turns sharp into blurred in the cycle; none means no cycle'),
  cycles: z
    .enum(CYCLES)
    .optional()
    .describe(
      'cycles that are closed: both (unless given), sharp: that of sharp volumes alone, which with a known kernel trains on simulated pairs, or blurred: that of blurred volumes alone',
    ),
  discriminators: z.array(z.enum(DOMAINS)).readonly().describe('domains that have discriminators'),
  discriminatorSees: z
    .enum(DISCRIMINATOR_VIEWS)
    .optional()
    .describe(
      'a volume alone (output, unless given), or behind what it was made from, as in pix2pix; that needs pairs',
    ),
  pixelLoss: z.enum(PIXEL_LOSSES).describe('distance to the paired truth'),
  kernelFrom: idSchema
    .optional()
    .describe(
      'a method that learns a kernel: what it has learned with the same seed, kernel and noise, is what this method knows',
    ),
});

/** Settings of one method. */
export type MethodSettings = z.infer<typeof methodSettingsSchema>;

/** Sizes and starting values of the networks; the same for every method of a profile. */
export const networkSettingsSchema = z.strictObject({
  width: z
    .int()
    .positive()
    .describe('channels of the first U-Net level; the lower ones have 2 and 4 times as many'),
  discriminatorWidth: z.int().positive().describe('channels of the first discriminator layer'),
  blurredDiscriminator: z
    .enum(BLURRED_DISCRIMINATORS)
    .describe(
      'of blurred volumes. plain: as that of sharp ones; sees-noise: without the second normalization, with y minus its blur as a channel',
    ),
  ...blurKernelFields,
  blurNoise: z
    .enum(BLUR_NOISES)
    .describe(
      'noise of generated blurred volumes. none; known: that of the data set; learned: two numbers, variance a μ + b',
    ),
  outputBias: z.number().describe('start of the last bias; negative lets the sigmoid begin dark'),
  normalization: z
    .enum(NORMALIZATIONS)
    .optional()
    .describe(
      'after each 3x3x3 convolution of the U-Nets: instance (paper, III-A; unless given), or none, for networks that see brightness',
    ),
});

/** Settings of the networks. */
export type NetworkSettings = z.infer<typeof networkSettingsSchema>;

const precision = z.enum(PRECISIONS);

const rate = z.number().positive();
const beta = z.number().min(0).lt(1);

/** How long and how a method trains; the same for every method of a profile. */
const trainingSettingsSchema = z.strictObject({
  updates: z.int().positive().describe('generator updates'),
  precision: precision.describe(
    'factors of the convolutions in all three passes; bfloat16: rounded to nearest even, sums and all else in float32',
  ),
  batchSize: z.literal(1).describe('patches in one update'),
  patch: shape3Schema.describe('sides of a training patch in voxels, z, y, x; multiples of 4'),
  optimizer: z.strictObject({
    learningRate: rate.describe('Adam rate of the U-Nets'),
    blurKernelLearningRate: rate.describe(
      'Adam rate of the blur kernel: of its values, or of the numbers of its pupil',
    ),
    discriminatorLearningRate: rate.describe('Adam rate of the discriminators'),
    noiseLearningRate: rate.describe('Adam rate of log a and log b of learned noise'),
    decayFrom: z
      .number()
      .min(0)
      .max(1)
      .describe(
        'part of the updates after which all rates fall linearly to zero; 1 keeps them constant',
      ),
    beta1: beta.describe('decay of the first moment'),
    beta2: beta.describe('decay of the second moment'),
    epsilon: rate.describe('added to the root of the second moment'),
  }),
  ganLoss: z
    .enum(GAN_LOSSES)
    .describe('adversarial loss: LS-GAN (eq. 22), or Wasserstein with a gradient penalty (eq. 19)'),
  lossWeights: z.strictObject({
    cycle: z.number().nonnegative().describe('weight of both cycle terms'),
    pixel: z.number().nonnegative().describe('weight of the distance to the paired truth'),
    adversarial: z.number().nonnegative().describe('weight of the adversarial terms'),
    gradientPenalty: z
      .number()
      .nonnegative()
      .describe(
        'η of eq. 19, weight of the gradient penalty in the critic; unused for least-squares',
      ),
  }),
  cycleNorm: z
    .enum(CYCLE_NORMS)
    .describe(
      'norm of the cycle terms; anscombe: l1, of blurred volumes after the generalized Anscombe transform',
    ),
  sharpCycleTrainsKernel: z
    .boolean()
    .describe('whether a learned kernel has a gradient from the cycle of sharp volumes'),
  blurredCycleFrom: z
    .number()
    .min(0)
    .max(1)
    .describe(
      'part of the updates from which on the cycle of blurred volumes counts: later than 0 it fine-tunes on the real images',
    ),
  randomGain: z
    .tuple([z.number().positive(), z.number().positive()])
    .readonly()
    .nullable()
    .describe(
      'range of a log-uniform factor of sharp patches in the sharp cycle, so that simulated pairs differ in brightness, for a network that is not blind to it; null for none',
    ),
  cycleBorder: z
    .enum(CYCLE_BORDERS)
    .describe('whether voxels whose blur sees the zero border count in the cycle terms'),
  historyBuffer: z.int().nonnegative().describe('generated volumes kept for the discriminators'),
  logEvery: z.int().positive().describe('updates between lines of metrics.jsonl'),
  validateEvery: z.int().positive().describe('updates between looks at the validation volumes'),
  checkpointEvery: z.int().positive().describe('updates between checkpoints'),
  augment: z
    .enum(AUGMENTATIONS)
    .describe(
      'quarter turns and flips. lateral: in the y-x plane, of blurred patches only those that the PSF allows; all-planes: wherever the patch is square',
    ),
  averageHalfLife: z
    .number()
    .positive()
    .nullable()
    .describe(
      'updates after which a step weighs half in the moving average of the weights of G; null keeps none',
    ),
  select: z.enum(SELECTION_RULES).describe('which weights predict the test volumes'),
});

/** How a trained network is applied to a whole volume. */
export const inferenceSettingsSchema = z.strictObject({
  tile: shape3Schema.describe('sides of a tile in voxels, z, y, x; multiples of 4'),
  overlap: overlap3Schema,
  precision: precision.describe('factors of the convolutions; sums and all else in float32'),
});

/** How predictions are scored. */
export const scoringSettingsSchema = z.strictObject({
  dataRange: z.number().positive().describe('peak of PSNR and SSIM'),
  kernelSmoothingSigmaVoxels: z
    .number()
    .nonnegative()
    .describe('Gaussian filter in voxels through which a learned kernel is looked at too'),
});

/** Settings of the scores. */
export type ScoringSettings = z.infer<typeof scoringSettingsSchema>;

/**
 * Everything that decides the numbers of a training run except its seed. Strict: an unknown key is
 * an error.
 */
export const runSettingsSchema = z.strictObject({
  dataset: datasetSettingsSchema,
  network: networkSettingsSchema,
  method: methodSettingsSchema,
  training: trainingSettingsSchema,
  inference: inferenceSettingsSchema,
  scoring: scoringSettingsSchema,
  first: z
    .strictObject({
      method: methodSettingsSchema,
      network: networkSettingsSchema,
      training: trainingSettingsSchema,
    })
    .optional()
    .describe('training of the method that `kernelFrom` names, on the same data'),
});

/** The resolved settings of a training run. */
export type RunSettings = z.infer<typeof runSettingsSchema>;

/**
 * The settings that files other than methods.yaml may hold: a method is chosen by its id, not
 * spelled out.
 */
export const sharedSettingsSchema = runSettingsSchema.omit({ method: true, first: true });

/** Settings without the method. */
export type SharedSettings = z.infer<typeof sharedSettingsSchema>;

/** Where each setting came from: `training.updates` to `experiments/_profiles.yaml#quick`. */
export type Origins = Readonly<Record<string, string>>;

/** One training run, ready to be started: nothing is left to decide. */
export interface ResolvedRun {
  /** Directory and target name, `proposed-s0`. */
  readonly id: string;
  readonly profile: string;
  /** Id of the method in methods.yaml. */
  readonly method: string;
  /**
   * Seed of initial weights, sampling, augmentation and buffer. The seed of the data set is this
   * number more than the files say.
   */
  readonly seed: number;
  readonly settings: RunSettings;
  readonly origins: Origins;
  /** Hash of the settings and the seed: two runs with one key have the same numbers. */
  readonly key: string;
  /** The run whose kernel and noise this one takes; null for most. */
  readonly first: ResolvedRun | null;
}

/** Models of the point spread function as the field names them. */
export const PSF_MODEL_LABELS: Readonly<Record<PsfModelName, string>> = {
  'born-wolf': 'Born & Wolf',
  'richards-wolf': 'Richards & Wolf',
  'richards-wolf-psfgenerator': 'Richards & Wolf as in PSF Generator',
  'gibson-lanni': 'Gibson & Lanni',
  gaussian: 'Gaussian',
  'gibson-lanni-vectorial': 'Gibson & Lanni, vectorial',
};

/** Adversarial losses as the field names them. */
export const GAN_LOSS_LABELS: Readonly<Record<GanLoss, string>> = {
  'least-squares': 'least-squares',
  'wasserstein-gp': 'WGAN-GP',
};
