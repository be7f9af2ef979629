import { z } from 'zod';
import { idSchema } from '../../settings/methodSettings.ts';
import { networkSettingsSchema } from '../../settings/networkSettings.ts';
import { figureFields } from './figureFields.ts';

/** What two methods cost: parameters, memory and time, measured, and the parameters at the paper's scale. */
export const costFigureSchema = z.strictObject({
  kind: z.literal('cost'),
  ...figureFields,
  rows: z
    .tuple([idSchema, idSchema])
    .readonly()
    .describe('ids of two rows: the conventional method, and the one that is compared with it'),
  paperScale: networkSettingsSchema
    .pick({ width: true, discriminatorWidth: true, blurKernelSize: true })
    .describe('sizes of the networks in the paper'),
});

/** A figure of costs. */
export type CostFigure = z.infer<typeof costFigureSchema>;
