import type { Table, TableCondition, TableRow } from '@blurcycle/experiment';

/** Rows that were tested on the same data. */
export interface RowGroup {
  /** What they were tested on; nothing where the experiment has no conditions. */
  readonly condition: TableCondition | undefined;
  readonly rows: readonly TableRow[];
}

/** The rows of a table by condition, in the order of the table. */
export function groupRows({ rows, conditions = [] }: Table): readonly RowGroup[] {
  const ids = [...new Set(rows.map(({ condition }) => condition))];
  return ids.map((id) => ({
    condition: conditions.find((condition) => condition.id === id),
    rows: rows.filter(({ condition }) => condition === id),
  }));
}
