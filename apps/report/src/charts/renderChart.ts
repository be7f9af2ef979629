import escapeHtml from 'escape-html';
import { parse, type Spec, View } from 'vega';
import { compile } from 'vega-lite';
import { textMetrics } from 'vega-scenegraph';
import { type Chart, CHART_CONFIG, estimateTextWidth } from './chart.ts';

textMetrics.width = (item, text) => estimateTextWidth(String(text), item.fontSize ?? 11);

/** A chart as drawn. */
export interface RenderedChart extends Chart {
  /** Unique within the page. */
  readonly id: string;
  readonly svg: string;
  /**
   * The specification compiled to Vega, which the page draws again for somebody who wants to hover
   * and zoom.
   */
  readonly vega: Spec;
}

/**
 * Draws a chart with Vega, without a browser. The same chart gives the same bytes: the width of
 * text is estimated rather than measured, and the ids of clip paths are numbered anew.
 *
 * @param chart - What to draw.
 * @param scope - Id of the experiment; with the name it keeps ids apart where several charts stand
 *   in one page.
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

/**
 * Vega numbers clip paths through the life of the process; here they are numbered by chart, in
 * order of appearance.
 */
function renumberClips(svg: string, id: string): string {
  const numbers = new Map<string, number>();
  return svg.replace(/(id="|url\(#)(clip\d+)/g, (_, before: string, clip: string) => {
    const number = numbers.get(clip) ?? numbers.size + 1;
    numbers.set(clip, number);
    return `${before}${id}-clip${number}`;
  });
}

/** Coordinates to a tenth of a pixel: a third of the file, and nothing that an eye could see. */
function withShortNumbers(svg: string): string {
  return svg.replace(/ (?:d|transform|x|y|x2|y2)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
  );
}

/**
 * One text alternative for the whole drawing in the place of Vega's roles for its parts, which say
 * nothing here.
 */
function withOneDescription(svg: string, summary: string): string {
  return svg
    .replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
    .replaceAll(' opacity="1"', '')
    .replace('<svg ', `<svg role="img" aria-label="${escapeHtml(summary)}" `);
}
