import { z } from 'zod';
import { figureFields, shownRows } from './figureFields.ts';

/** Blur kernels that rows have learned, raw and smoothed, beside the true one. */
export const learnedKernelFigureSchema = z.strictObject({
  kind: z.literal('learned-kernel'),
  ...figureFields,
  rows: shownRows,
  smoothingSigmaVoxels: z
    .number()
    .positive()
    .max(10)
    .describe('standard deviation in voxels of the Gaussian that takes the high frequencies out'),
});

/** A figure of learned kernels. */
export type LearnedKernelFigure = z.infer<typeof learnedKernelFigureSchema>;
