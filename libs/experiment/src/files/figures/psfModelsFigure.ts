import { z } from 'zod';
import { figureFields } from './figureFields.ts';

/** Models of the optics that a figure can show; a Gaussian is none. */
export const DIFFRACTION_MODELS = [
  'born-wolf',
  'richards-wolf',
  'richards-wolf-psfgenerator',
  'gibson-lanni',
] as const;

const lengthUm = z.number().positive().max(20);

/**
 * Point spread functions of several models with the optics of the data set: sections, profiles,
 * widths.
 */
export const psfModelsFigureSchema = z.strictObject({
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
