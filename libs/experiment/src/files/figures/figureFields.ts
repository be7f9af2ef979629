import { z } from 'zod';
import { idSchema } from '../../settings/methodSettings.ts';

/** What a figure of any kind may say. */
export const figureFields = {
  id: idSchema
    .optional()
    .describe('name in results, differs from all others of the file; the kind unless given'),
  title: z.string().min(1).optional(),
};

/** Which rows of the file a figure shows. */
export const shownRows = z
  .array(idSchema)
  .min(1)
  .optional()
  .describe('ids of rows; all unless given');

/** Which test conditions of the file a figure shows. */
export const shownConditions = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .describe('ids of conditions; all unless given');
