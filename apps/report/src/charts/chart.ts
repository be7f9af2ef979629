import type { TopLevelSpec } from 'vega-lite';

/** The numbers behind a chart: the table below it. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** One chart before it is drawn. */
export interface Chart {
  /** File name without extension, unique within its experiment. */
  readonly name: string;
  readonly title: string;
  /** What the chart shows, in words and numbers: its text alternative. */
  readonly summary: string;
  readonly spec: TopLevelSpec;
  readonly table: ChartTable;
  /** Whether it takes the whole width of the page. */
  readonly isWide?: boolean;
}

/**
 * Inner width of every chart in px. With its labels a chart is about 460 px wide: at its own size
 * in a column of a wide page, and shrunk to 0.8 on a telephone, where text is still 11 px high.
 */
export const CHART_WIDTH = 400;

/** Inner width of a chart that takes the whole width of the page, beside labels, in px. */
export const WIDE_CHART_WIDTH = 780;

/** Size of all text in charts, in px. */
export const TEXT_SIZE = 14;

/** The `$schema` line of every specification. */
export const VEGA_LITE_SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/**
 * Widths of the characters of a sans-serif font relative to its size, by class; generous, so that
 * no label is cut off.
 */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[iljtfI.,:;'|!()[\]/ ]/, 0.36],
  [/[mwMW%@]/, 0.95],
  [/[A-Z]/, 0.72],
];
const USUAL_WIDTH = 0.61;

/** Width of a line of text in px, estimated without a canvas: the same on every machine. */
export function estimateTextWidth(text: string, fontSize: number): number {
  const widthOf = (character: string): number =>
    WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? USUAL_WIDTH;
  return Math.ceil(fontSize * [...text].reduce((sum, character) => sum + widthOf(character), 0));
}

/** Widest label of a legend in two columns, in px: wider ones would widen the chart. */
const WIDEST_OF_TWO = 170;

/** As many columns of a legend as the chart is wide enough for. */
export function legendColumns(labels: readonly string[]): 1 | 2 {
  return labels.some((label) => estimateTextWidth(label, TEXT_SIZE) > WIDEST_OF_TWO) ? 1 : 2;
}
