import { parse, View, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { element } from './element.ts';

/**
 * Lets somebody hover over a chart and zoom into it: the button below it draws the same specification again, live.
 *
 * Expressions are interpreted rather than compiled, because the policy of the page allows no `eval`.
 */
export function enhanceChart(figure: HTMLElement): void {
  const button = figure.querySelector<HTMLButtonElement>('button.explore');
  const still = figure.querySelector<HTMLElement>('.chart');
  const text = figure.querySelector('script.vega-spec')?.textContent;
  if (button === null || still === null || text === null || text === undefined) return;
  let live: LiveChart | undefined;
  button.hidden = false;
  button.addEventListener('click', () => {
    if (live === undefined) {
      const width = still.clientWidth;
      live = openChart(JSON.parse(text) as Spec, still, width);
    } else {
      live.close();
      live = undefined;
    }
    still.hidden = live !== undefined;
    button.setAttribute('aria-pressed', String(live !== undefined));
  });
}

const HINT = 'Point at a value to read it; drag to move, wheel to zoom, double-click to reset.';

const MAX_WIDTH = 416;
const MIN_PLOT_WIDTH = 120;

interface LiveChart {
  close(): void;
}

function openChart(spec: Spec, still: HTMLElement, width: number): LiveChart {
  const summary = still.querySelector('svg')?.getAttribute('aria-label') ?? '';
  const drawing = element('div', { class: 'drawing', role: 'img', 'aria-label': summary });
  const tooltip = element('p', { class: 'tooltip' }, HINT);
  const root = element('div', { class: 'chart live' }, drawing, tooltip);
  still.after(root);
  const view = new View(parse(spec, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: 'svg',
    container: drawing,
    hover: true,
    tooltip: (_handler, _event, _item, value) => tooltip.replaceChildren(...tooltipLines(value)),
  });
  void fit(view, drawing, Math.min(width, MAX_WIDTH));
  return {
    close() {
      view.finalize();
      root.remove();
    },
  };
}

/** Gives the plot the width that the axis labels, which keep their size, leave of `width`. */
async function fit(view: View, drawing: HTMLElement, width: number): Promise<void> {
  await view.runAsync();
  const drawn = drawing.querySelector('svg')?.getBoundingClientRect().width ?? width;
  await view.width(Math.max(MIN_PLOT_WIDTH, view.width() + width - drawn)).runAsync();
}

/** The fields of the value under the pointer, as text. */
function tooltipLines(value: unknown): readonly (HTMLElement | string)[] {
  if (typeof value !== 'object' || value === null) return [HINT];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .map(([name, field]) => element('span', {}, `${name}: `, element('b', {}, String(field))));
}
