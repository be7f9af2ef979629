import { z } from 'zod';
import { METRIC_NAMES } from '../../results/metrics.ts';
import { figureFields, shownRows } from './figureFields.ts';

/** Metrics over the steps of the sweep, one line for each row, with 95 % intervals. */
export const sweepCurvesFigureSchema = z.strictObject({
  kind: z.literal('sweep-curves'),
  ...figureFields,
  rows: shownRows,
  metrics: z.array(z.enum(METRIC_NAMES)).min(1).describe('one block of curves for each'),
});

/** A figure of curves over a sweep. */
export type SweepCurvesFigure = z.infer<typeof sweepCurvesFigureSchema>;
