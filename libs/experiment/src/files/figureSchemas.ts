import { DIFFRACTION_MODELS } from '@blurcycle/core';
import { METRIC_NAMES } from '@blurcycle/metrics/registry';
import { z } from 'zod';
import { idSchema, networkSettingsSchema } from '../settings/runSettings.ts';

/** What a figure of any kind may say. */
const figureFields = {
  id: idSchema
    .optional()
    .describe('name in results, differs from all others of the file; the kind unless given'),
  title: z.string().min(1).optional(),
};

/** Which rows of the file a figure shows. */
const shownRows = z.array(idSchema).min(1).optional().describe('ids of rows; all unless given');

/** Which test conditions of the file a figure shows. */
const shownConditions = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .describe('ids of conditions; all unless given');

/**
 * Stacks of one test volume: its image, its truth and what the rows make of it; one block for each
 * condition.
 */
const volumesFigureSchema = z.strictObject({
  kind: z.literal('volumes'),
  ...figureFields,
  rows: shownRows,
  conditions: shownConditions,
  volume: z.int().nonnegative().optional().describe('number of the test volume; 0 unless given'),
});

/** A figure of stacks. */
export type VolumesFigure = z.infer<typeof volumesFigureSchema>;

/**
 * Metrics with 95 % intervals over the steps of the sweep, one line for each row; or over the
 * values of `vary`, one line for each row that is repeated, and level lines for rows that are not.
 */
const sweepCurvesFigureSchema = z.strictObject({
  kind: z.literal('sweep-curves'),
  ...figureFields,
  rows: shownRows,
  metrics: z.array(z.enum(METRIC_NAMES)).min(1).describe('one block of curves for each'),
  opening: z
    .boolean()
    .optional()
    .describe('whether the curves of the first metric also stand at the top of the report'),
});

/** A figure of curves over a sweep. */
export type SweepCurvesFigure = z.infer<typeof sweepCurvesFigureSchema>;

const lengthUm = z.number().positive().max(20);

/**
 * Point spread functions of several models with the optics of the data set: sections, profiles,
 * widths.
 */
const psfModelsFigureSchema = z.strictObject({
  kind: z.literal('psf-models'),
  ...figureFields,
  models: z
    .array(z.enum(DIFFRACTION_MODELS))
    .min(1)
    .describe('the first is what the others are compared with'),
  pixelUm: lengthUm.describe('edge length in µm of the pixels that sections are shown with'),
  reachUm: z
    .tuple([lengthUm, lengthUm])
    .readonly()
    .describe(
      'how far from the focus sections and profiles reach, in µm: along the axis, across it',
    ),
});

/** A figure of point spread functions. */
export type PsfModelsFigure = z.infer<typeof psfModelsFigureSchema>;

/**
 * Blur kernels that rows have learned, raw and smoothed (by `scoring.kernelSmoothingSigmaVoxels`),
 * beside the true one.
 */
const learnedKernelFigureSchema = z.strictObject({
  kind: z.literal('learned-kernel'),
  ...figureFields,
  rows: shownRows,
});

/** A figure of learned kernels. */
export type LearnedKernelFigure = z.infer<typeof learnedKernelFigureSchema>;

/**
 * What two rows cost: parameters, memory and time, measured, and the parameters at the paper's
 * scale where that is given.
 */
const costFigureSchema = z.strictObject({
  kind: z.literal('cost'),
  ...figureFields,
  rows: z
    .tuple([idSchema, idSchema])
    .readonly()
    .describe('ids of two trained rows: the second is told as a part of the first'),
  paperScale: networkSettingsSchema
    .pick({ width: true, discriminatorWidth: true, blurKernelSize: true })
    .optional()
    .describe(
      'sizes of the networks in the paper; with it stands what section V-C says of the two methods',
    ),
});

/** A figure of costs. */
export type CostFigure = z.infer<typeof costFigureSchema>;

/**
 * A figure as it stands in an experiment file.
 *
 * A new kind is a file beside this one, a line here, and a file in libs/pipeline/src/figures
 * that computes it.
 */
export const figureSchema = z.discriminatedUnion('kind', [
  volumesFigureSchema,
  sweepCurvesFigureSchema,
  psfModelsFigureSchema,
  learnedKernelFigureSchema,
  costFigureSchema,
]);

/** A figure of any kind. */
export type FigureDeclaration = z.infer<typeof figureSchema>;

/** Name of a figure in results. */
export function figureId({ id, kind }: FigureDeclaration): string {
  return id ?? kind;
}
