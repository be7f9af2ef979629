import { z } from 'zod';
import { overlap3Schema, shape3Schema } from './sides.ts';

const rate = z.number().positive();
const beta = z.number().min(0).lt(1);

/** How long and how a method trains; the same for every method of a profile. */
export const trainingSettingsSchema = z.strictObject({
  updates: z.int().positive().describe('generator updates'),
  batchSize: z.literal(1).describe('patches in one update'),
  patch: shape3Schema.describe('sides of a training patch in voxels, z, y, x; multiples of 4'),
  optimizer: z.strictObject({
    learningRate: rate.describe('Adam rate of the U-Nets'),
    blurKernelLearningRate: rate.describe('Adam rate of the blur kernel'),
    discriminatorLearningRate: rate.describe('Adam rate of the discriminators'),
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
    .enum(['least-squares', 'wasserstein-gp'])
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
  cycleNorm: z.enum(['l1', 'l2']).describe('norm of the cycle terms'),
  cycleBorder: z
    .enum(['keep', 'exclude'])
    .describe('whether voxels whose blur sees the zero border count in the cycle terms'),
  historyBuffer: z.int().nonnegative().describe('generated volumes kept for the discriminators'),
  logEvery: z.int().positive().describe('updates between lines of metrics.jsonl'),
  validateEvery: z.int().positive().describe('updates between looks at the validation volumes'),
  checkpointEvery: z.int().positive().describe('updates between checkpoints'),
  augment: z.boolean().describe('rotate by 90 degrees and flip'),
  select: z
    .enum(['last', 'best-validation-psnr', 'best-cycle-residual'])
    .describe('which weights predict the test volumes'),
});

/** Settings of training. */
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;

/** How a trained network is applied to a whole volume. */
export const inferenceSettingsSchema = z.strictObject({
  tile: shape3Schema.describe('sides of a tile in voxels, z, y, x; multiples of 4'),
  overlap: overlap3Schema,
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
