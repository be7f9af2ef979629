import { parse, View, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { element } from './element.ts';
import { nearestValue } from './nearestValue.ts';

const HINT = 'Point at a value to read it; drag to move, wheel to zoom, double-click to reset.';

const MAX_WIDTH = 416;
const MIN_PLOT_WIDTH = 120;

/** A chart that answers the pointer. */
export interface LiveChart {
  readonly root: HTMLElement;
  close(): void;
}

/**
 * Draws a specification live: the value nearest to the pointer is read out, dragging and the wheel
 * move the axes.
 *
 * Expressions are interpreted rather than compiled, because the policy of the page allows no
 * `eval`.
 *
 * @param summary - Text alternative of the drawing.
 * @param width - Room for the whole drawing in px.
 */
export function liveChart(spec: Spec, summary: string, width: number): LiveChart {
  const drawing = element('div', { class: 'drawing', role: 'img', 'aria-label': summary });
  const tooltip = element('p', { class: 'tooltip' }, HINT);
  const ring = element('span', { class: 'ring' });
  const root = element('div', { class: 'chart live' }, drawing, tooltip);
  const view = new View(parse(spec, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: 'svg',
    container: drawing,
    tooltip: () => undefined,
  });
  drawing.addEventListener('pointermove', ({ clientX, clientY }) => {
    const svg = drawing.querySelector('svg');
    if (svg === null) return;
    const [box, frame] = [svg.getBoundingClientRect(), drawing.getBoundingClientRect()];
    const [left, top] = plotCorner(view);
    const nearest = nearestValue(
      view.scenegraph(),
      clientX - box.left - left,
      clientY - box.top - top,
    );
    ring.hidden = nearest === undefined;
    tooltip.replaceChildren(...(nearest === undefined ? [HINT] : tooltipLines(nearest.fields)));
    if (nearest === undefined) return;
    ring.style.left = `${nearest.x + left + box.left - frame.left + drawing.scrollLeft}px`;
    ring.style.top = `${nearest.y + top + box.top - frame.top}px`;
  });
  void fit(view, drawing, Math.min(width, MAX_WIDTH)).then(() => drawing.append(ring));
  ring.hidden = true;
  return {
    root,
    close() {
      view.finalize();
      root.remove();
    },
  };
}

/**
 * Where the plot begins in the drawing, in px: Vega shifts it by the room of the axes and by the
 * padding.
 */
function plotCorner(view: View): readonly [left: number, top: number] {
  const [left, top] = view.origin();
  const padding = view.padding();
  if (typeof padding === 'number') return [left + padding, top + padding];
  return [left + (padding.left ?? 0), top + (padding.top ?? 0)];
}

/** Gives the plot the width that the axis labels, which keep their size, leave of `width`. */
async function fit(view: View, drawing: HTMLElement, width: number): Promise<void> {
  await view.runAsync();
  const drawn = drawing.querySelector('svg')?.getBoundingClientRect().width ?? width;
  await view.width(Math.max(MIN_PLOT_WIDTH, view.width() + width - drawn)).runAsync();
}

/** The fields of a value as text. */
function tooltipLines(fields: Readonly<Record<string, unknown>>): readonly HTMLElement[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== 'null')
    .map(([name, value]) => element('span', {}, `${name}: `, element('b', {}, String(value))));
}
