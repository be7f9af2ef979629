import type { FigureBlock, ResolvedExperiment } from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import type { Cell, TestVolumesOf } from '../tables/readCells.ts';

/** What a figure is computed from. */
export interface FigureContext {
  readonly experiment: ResolvedExperiment;
  /** Every row under every condition, with scores and predictions. */
  readonly cells: readonly Cell[];
  readonly volumesOf: TestVolumesOf;
  /** Directory of the experiment; images go to `figures/<figure id>-<anything>.png` inside. */
  readonly folder: string;
  readonly options: ComputeOptions;
}

/**
 * Computes the blocks of one figure and writes its images. The ids of the blocks start with `id`.
 */
export type MakeFigure<Declaration> = (
  declaration: Declaration,
  id: string,
  context: FigureContext,
) => Promise<readonly FigureBlock[]>;
