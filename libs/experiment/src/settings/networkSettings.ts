import { z } from 'zod';
import { oddShape3Schema } from './sides.ts';

/** Sizes and starting values of the networks; the same for every method of a profile. */
export const networkSettingsSchema = z.strictObject({
  width: z
    .int()
    .positive()
    .describe('channels of the first U-Net level; the lower ones have 2 and 4 times as many'),
  discriminatorWidth: z.int().positive().describe('channels of the first discriminator layer'),
  blurKernelSize: oddShape3Schema.describe('sides of the learned blur kernel in voxels, z, y, x'),
  blurKernelInit: z
    .enum(['gaussian', 'normal'])
    .describe('start: a unit-sum Gaussian, or N(0, 0.02) noise'),
  blurKernelSigmaVoxels: z
    .number()
    .positive()
    .describe('standard deviation of the Gaussian start in voxels'),
  blurKernelSymmetry: z
    .enum(['none', 'point'])
    .describe('none: a free kernel, whose shift nothing determines; point: h(r) = h(-r)'),
  blurKernelConstraint: z
    .enum(['none', 'non-negative', 'unit-sum'])
    .describe(
      'none: a free kernel; non-negative: a PSF times a free gain, its sum; unit-sum: non-negative with sum 1',
    ),
  outputBias: z.number().describe('start of the last bias; negative lets the sigmoid begin dark'),
});

/** Settings of the networks. */
export type NetworkSettings = z.infer<typeof networkSettingsSchema>;
