import type { Config } from 'vega-lite';

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
