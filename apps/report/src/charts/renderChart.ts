import { parse, resetSVGDefIds, View, type Spec } from 'vega';
import { compile } from 'vega-lite';
import type { Chart } from './chart.ts';
import { CHART_CONFIG } from './chartConfig.ts';

/** A chart as drawn. */
export interface RenderedChart extends Chart {
  /** Unique within the page. */
  readonly id: string;
  readonly svg: string;
  /** The specification compiled to Vega, which the page draws again for somebody who wants to hover and zoom. */
  readonly vega: Spec;
}

/**
 * Draws a chart with Vega, without a browser. The same chart gives the same bytes: Vega estimates the width of text
 * where there is no canvas, and its counter of clip paths starts anew for every chart.
 *
 * @param chart - What to draw.
 * @param scope - Id of the experiment; with the name it keeps ids apart where several charts stand in one page.
 */
export async function renderChart(chart: Chart, scope: string): Promise<RenderedChart> {
  const id = `chart-${scope}-${chart.name}`;
  const vega = compile(chart.spec, { config: CHART_CONFIG }).spec;
  resetSVGDefIds();
  const view = new View(parse(vega), { renderer: 'none' });
  const drawn = await view.toSVG();
  view.finalize();
  const svg = drawn
    .replaceAll('id="clip', `id="${id}-clip`)
    .replaceAll('url(#clip', `url(#${id}-clip`)
    .replaceAll(' opacity="1"', '');
  return { ...chart, id, svg, vega };
}
