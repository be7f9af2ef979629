import { z } from 'zod';
import { figureFields, shownRows } from './figureFields.ts';

/**
 * Blur kernels that rows have learned, raw and smoothed (by `scoring.kernelSmoothingSigmaVoxels`),
 * beside the true one.
 */
export const learnedKernelFigureSchema = z.strictObject({
  kind: z.literal('learned-kernel'),
  ...figureFields,
  rows: shownRows,
});

/** A figure of learned kernels. */
export type LearnedKernelFigure = z.infer<typeof learnedKernelFigureSchema>;
