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

interface LiveChart {
  close(): void;
}

function openChart(spec: Spec, still: HTMLElement, width: number): LiveChart {
  const drawing = element('div', { class: 'drawing' });
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
  // The plot fills the place of the still picture; around it are the axis labels, which keep their size.
  const natural = still.querySelector('svg')?.viewBox.baseVal.width ?? view.width();
  view.width(Math.max(160, Math.min(width, 416) - (natural - view.width()) - 4));
  void view.runAsync();
  return {
    close() {
      view.finalize();
      root.remove();
    },
  };
}

/** The fields of the value under the pointer, as text. */
function tooltipLines(value: unknown): readonly (HTMLElement | string)[] {
  if (typeof value !== 'object' || value === null) return [HINT];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .map(([name, field]) => element('span', {}, `${name}: `, element('b', {}, String(field))));
}
