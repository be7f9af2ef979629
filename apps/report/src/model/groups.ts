import type { RunRecord, Table, TableCondition, TableRow } from '@blurcycle/experiment';
import type { RunInput } from '../inputs/readResults.ts';

/** Rows that were tested on the same data. */
interface RowGroup {
  /** What they were tested on; undefined if the experiment has no conditions. */
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

/** Runs of the methods, and runs of their variants. */
interface SplitRuns {
  /** Runs with the settings of `methods.yaml`; all runs if there is no such run. */
  readonly main: readonly RunInput[];
  /** Runs of rows with their own settings. */
  readonly further: readonly RunInput[];
}

/** Separates the runs of the methods from those of variants. */
export function splitRuns(runs: readonly RunInput[]): SplitRuns {
  const isPlain = ({ record }: RunInput): boolean => variantOf(record) === record.method;
  const main = runs.filter(isPlain);
  return main.length === 0
    ? { main: runs, further: [] }
    : { main, further: runs.filter((run) => !isPlain(run)) };
}

/**
 * What the tables call the variants of methods, by their ids; one that is called as its method is,
 * with other data, has the place of its table behind it.
 */
export function variantLabels(
  experiments: readonly { readonly table: Pick<Table, 'place' | 'rows'> }[],
  runs: readonly RunInput[],
): ReadonlyMap<string, string> {
  const records = new Map(runs.map(({ record }) => [record.id, record]));
  const labels = new Map<string, string>();
  for (const { table } of experiments) {
    for (const { label, runs: ids } of table.rows) {
      const record = ids.flatMap((id) => records.get(id) ?? [])[0];
      if (record === undefined || variantOf(record) === record.method) continue;
      const isNamed = label !== record.settings.method.label;
      const name = isNamed ? label : `${label}, ${table.place}`;
      if (!labels.has(variantOf(record))) labels.set(variantOf(record), name);
    }
  }
  return labels;
}

/** Id of a run without its seed: the id of its method, unless a row has its own settings. */
export function variantOf({ id, seed }: Pick<RunRecord, 'id' | 'seed'>): string {
  return id.replace(new RegExp(`-s${seed}$`), '');
}
