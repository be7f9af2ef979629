import type { TopLevelSpec } from 'vega-lite';

/** The numbers behind a chart, as they stand in the table below it. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** One chart before it is drawn. */
export interface Chart {
  /** File name without ending, unique within its experiment. */
  readonly name: string;
  readonly title: string;
  /** What the chart shows, in words and numbers: its text alternative. */
  readonly summary: string;
  readonly spec: TopLevelSpec;
  readonly table: ChartTable;
}
