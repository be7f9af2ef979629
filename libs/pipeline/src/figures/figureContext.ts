import type {
  ExperimentDataset,
  FigureBlock,
  ResolvedCondition,
  ResolvedExperiment,
} from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import type { Cell, TestVolumesOf } from '../table/readCells.ts';

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

/**
 * The data set whose volumes and kernel a figure shows: that of the first seed of which a trained
 * row has scores, the first of all where none has.
 */
export function shownDataset({
  experiment: { datasets },
  cells,
}: Pick<FigureContext, 'experiment' | 'cells'>): ExperimentDataset {
  const seeds = cells.flatMap(({ row, tests }) =>
    row.runs.length === 0
      ? []
      : tests.flatMap(({ seed, scores }) => (scores === undefined ? [] : [seed])),
  );
  return datasets.find(({ seed }) => seeds.includes(seed)) ?? datasets[0];
}

/** The cells of one condition that a figure shows, in the order of the rows that it names. */
export function shownCells(
  { cells }: Pick<FigureContext, 'cells'>,
  condition: ResolvedCondition,
  rows: readonly string[] | undefined,
): readonly Cell[] {
  const ofCondition = cells.filter((cell) => cell.condition === condition);
  if (rows === undefined) return ofCondition;
  return rows.flatMap((id) => ofCondition.filter(({ row }) => row.id === id));
}

/** A condition's id as part of the id of a block or a file: lower-case words joined by hyphens. */
export function blockPart(id: string): string {
  return id.replaceAll('.', '-');
}
