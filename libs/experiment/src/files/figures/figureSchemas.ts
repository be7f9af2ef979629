import { z } from 'zod';
import { costFigureSchema } from './costFigure.ts';
import { learnedKernelFigureSchema } from './learnedKernelFigure.ts';
import { psfModelsFigureSchema } from './psfModelsFigure.ts';
import { sweepCurvesFigureSchema } from './sweepCurvesFigure.ts';
import { volumesFigureSchema } from './volumesFigure.ts';

/**
 * A figure as it stands in an experiment file.
 *
 * A new kind is a file beside this one, a line here, and a file in apps/experiments/src/figures
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
