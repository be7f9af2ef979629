import { z } from 'zod';
import { figureFields, shownConditions, shownRows } from './figureFields.ts';

/**
 * Stacks of one test volume: its image, its truth and what the rows make of it; one block for each
 * condition.
 */
export const volumesFigureSchema = z.strictObject({
  kind: z.literal('volumes'),
  ...figureFields,
  rows: shownRows,
  conditions: shownConditions,
  volume: z.int().nonnegative().optional().describe('number of the test volume; 0 unless given'),
  planes: z
    .int()
    .positive()
    .optional()
    .describe('show so many planes from the middle; all unless given'),
});

/** A figure of stacks. */
export type VolumesFigure = z.infer<typeof volumesFigureSchema>;
