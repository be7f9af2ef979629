import type { ResolvedCondition } from '@blurcycle/experiment';
import type { Cell } from '../tables/readCells.ts';
import type { FigureContext } from './figureContext.ts';

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
