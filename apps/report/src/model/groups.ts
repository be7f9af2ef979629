import type { RunRecord, Table, TableCondition, TableRow } from '@blurcycle/experiment';
import type { RunInput } from '../inputs/readResults.ts';

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

/** Runs that are shown together. */
export interface SplitRuns {
  /**
   * Those of the methods as `methods.yaml` has them; all, where every row of an experiment has
   * settings of its own.
   */
  readonly main: readonly RunInput[];
  /** Those of rows with settings of their own. */
  readonly further: readonly RunInput[];
}

/** Separates the methods from what experiments make of them. */
export function splitRuns(runs: readonly RunInput[]): SplitRuns {
  const isPlain = ({ record }: RunInput): boolean => variantOf(record) === record.method;
  const main = runs.filter(isPlain);
  return main.length === 0
    ? { main: runs, further: [] }
    : { main, further: runs.filter((run) => !isPlain(run)) };
}

/** Id of a run without its seed: that of the method, unless a row has settings of its own. */
export function variantOf({ id, seed }: Pick<RunRecord, 'id' | 'seed'>): string {
  return id.replace(new RegExp(`-s${seed}$`), '');
}
