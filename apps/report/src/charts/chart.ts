import type { Config, TopLevelSpec } from 'vega-lite';

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

/**
 * Inner width of every chart in px: small enough that a telephone shows it without shrinking the
 * type.
 */
export const CHART_WIDTH = 300;

const INK = 'currentColor';
const FONT = 'system-ui, sans-serif';

/**
 * One look for all charts: no frame, faint grid, type that follows the colour of the page.
 *
 * `currentColor` is black in a stand-alone SVG and the colour of the text inside the report, light
 * or dark.
 */
export const CHART_CONFIG: Config = {
  background: 'transparent',
  font: FONT,
  padding: { left: 2, right: 8, top: 6, bottom: 2 },
  aria: false,
  view: { stroke: null },
  axis: {
    labelColor: INK,
    titleColor: INK,
    gridColor: INK,
    domainColor: INK,
    tickColor: INK,
    gridOpacity: 0.14,
    domainOpacity: 0.5,
    tickOpacity: 0.5,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 8,
    tickCount: 6,
  },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    title: null,
    orient: 'bottom',
    columns: 2,
    columnPadding: 14,
    labelLimit: 220,
    symbolStrokeWidth: 2,
    symbolSize: 60,
    offset: 8,
  },
  line: { strokeWidth: 1.6, strokeCap: 'round', strokeJoin: 'round' },
};

/** The `$schema` line of every specification. */
export const VEGA_LITE_SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/**
 * Widths of characters of a sans-serif face in parts of the type size, by class; generous, so that
 * nothing is cut.
 */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[iljtfI.,:;'|!()[\]/ ]/, 0.36],
  [/[mwMW%@]/, 0.95],
  [/[A-Z]/, 0.72],
];
const USUAL_WIDTH = 0.61;

/** Width of a line of text in px without a canvas to measure it on, the same on every machine. */
export function estimateTextWidth(text: string, fontSize: number): number {
  const widthOf = (character: string): number =>
    WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? USUAL_WIDTH;
  return Math.ceil(fontSize * [...text].reduce((sum, character) => sum + widthOf(character), 0));
}
