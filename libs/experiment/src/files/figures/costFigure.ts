import { z } from 'zod';
import { idSchema } from '../../settings/methodSettings.ts';
import { networkSettingsSchema } from '../../settings/networkSettings.ts';
import { figureFields } from './figureFields.ts';

/**
 * What two rows cost: parameters, memory and time, measured, and the parameters at the paper's
 * scale where that is given.
 */
export const costFigureSchema = z.strictObject({
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
