import escapeHtml from 'escape-html';
import { parse, View, type Spec } from 'vega';
import { compile, type Config } from 'vega-lite';
import { textMetrics } from 'vega-scenegraph';
import { estimateTextWidth, TEXT_SIZE, type Chart } from './chart.ts';

textMetrics.width = (item, text) => estimateTextWidth(String(text), item.fontSize ?? TEXT_SIZE);

const INK = 'currentColor';
const FONT = 'system-ui, sans-serif';

/**
 * One look for all charts: no frame, faint grid, text in the color of the page.
 *
 * `currentColor` is black in a stand-alone SVG and the color of the text inside the report, light
 * or dark.
 */
const CHART_CONFIG: Config = {
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
    labelFontSize: TEXT_SIZE,
    titleFontSize: TEXT_SIZE,
    titleFontWeight: 500,
    titlePadding: 8,
    tickCount: 6,
  },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: TEXT_SIZE,
    titleFontSize: TEXT_SIZE,
    title: null,
    orient: 'bottom',
    columns: 2,
    columnPadding: 14,
    labelLimit: 390,
    symbolStrokeWidth: 2,
    symbolSize: 60,
    offset: 8,
  },
  line: { strokeWidth: 1.6, strokeCap: 'round', strokeJoin: 'round' },
};

/** A chart as drawn. */
export interface RenderedChart extends Chart {
  /** Unique within the page. */
  readonly id: string;
  readonly svg: string;
  /** The specification compiled to Vega, which the page draws again live to hover and zoom. */
  readonly vega: Spec;
}

/**
 * Draws a chart with Vega, without a browser. The same chart gives the same bytes: the width of
 * text is estimated rather than measured, and clip paths are renumbered.
 *
 * @param scope - Id of the experiment: with the name of the chart it makes ids unique in the page.
 */
export async function renderChart(chart: Chart, scope: string): Promise<RenderedChart> {
  const id = `chart-${scope}-${chart.name}`;
  const vega = compile(chart.spec, { config: CHART_CONFIG }).spec;
  const view = new View(parse(vega), { renderer: 'none' });
  const drawn = await view.toSVG();
  view.finalize();
  const svg = withOneDescription(withShortNumbers(renumberClips(drawn, id)), chart.summary);
  return { ...chart, id, svg, vega };
}

/** Vega numbers clip paths across the process; this numbers them per chart, in order. */
function renumberClips(svg: string, id: string): string {
  const numbers = new Map<string, number>();
  return svg.replace(/(id="|url\(#)(clip\d+)/g, (_, before: string, clip: string) => {
    const number = numbers.get(clip) ?? numbers.size + 1;
    numbers.set(clip, number);
    return `${before}${id}-clip${number}`;
  });
}

/** Rounds coordinates to a tenth of a pixel, which saves two thirds of the file. */
function withShortNumbers(svg: string): string {
  return svg.replace(/ (?:d|transform|x|y|x2|y2)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
  );
}

/** Replaces Vega's roles of the parts by one text alternative for the whole drawing. */
function withOneDescription(svg: string, summary: string): string {
  return svg
    .replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
    .replaceAll(' opacity="1"', '')
    .replace('<svg ', `<svg role="img" aria-label="${escapeHtml(summary)}" `);
}
