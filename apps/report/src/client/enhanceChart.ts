import { strFromU8, unzlibSync } from 'fflate';
import { parse, View, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { element } from './element.ts';

/** Makes the button below a chart draw it again live, to hover over it and zoom in. */
export function enhanceChart(figure: HTMLElement): void {
  const button = figure.querySelector<HTMLButtonElement>('button.explore');
  const still = figure.querySelector<HTMLElement>('.chart');
  const text = figure.querySelector('script.vega-spec')?.textContent;
  if (button === null || still === null || text === null || text === undefined) return;
  let live: LiveChart | undefined;
  button.hidden = false;
  button.after(...fileLinks(figure.id, still, text));
  button.addEventListener('click', () => {
    if (live === undefined) {
      const summary = still.querySelector('svg')?.getAttribute('aria-label') ?? '';
      const { width } = (still.querySelector('svg') ?? still).getBoundingClientRect();
      live = liveChart(unpackScript(text) as Spec, summary, width);
      still.after(live.root);
    } else {
      live.close();
      live = undefined;
    }
    still.hidden = live !== undefined;
    button.setAttribute('aria-pressed', String(live !== undefined));
  });
}

/** Links that save the drawing, as SVG and as PNG of twice its size, and its specification. */
function fileLinks(name: string, still: HTMLElement, packed: string): readonly HTMLElement[] {
  const svg = (): string => {
    const drawing = still.querySelector('svg')?.cloneNode(true) as SVGElement;
    drawing.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    drawing.setAttribute('color', '#1b1f24'); // text takes the color of what it stands on
    return drawing.outerHTML;
  };
  const dataUrl = (type: string, text: string): string =>
    `data:${type};charset=utf-8,${encodeURIComponent(text)}`;
  return [
    fileLink('SVG', `${name}.svg`, () => dataUrl('image/svg+xml', svg())),
    fileLink('PNG', `${name}.png`, () => toPng(dataUrl('image/svg+xml', svg()))),
    fileLink('Vega', `${name}.vg.json`, () =>
      dataUrl('application/json', JSON.stringify(unpackScript(packed))),
    ),
  ];
}

/** A link that makes its file when it is clicked. */
function fileLink(
  label: string,
  name: string,
  make: () => string | Promise<string>,
): HTMLAnchorElement {
  const link = element('a', { class: 'data-link', href: '#' }, label);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    void Promise.resolve(make()).then((href) => element('a', { download: name, href }).click());
  });
  return link;
}

async function toPng(source: string): Promise<string> {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = element('canvas');
  canvas.width = 2 * image.naturalWidth;
  canvas.height = 2 * image.naturalHeight;
  const context = canvas.getContext('2d');
  if (context === null) return source;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}

const HINT = 'Point at a value to read it; drag to move, wheel to zoom, double-click to reset.';

const MAX_WIDTH = 1120;
const MIN_PLOT_WIDTH = 120;

/** A chart that responds to the pointer. */
interface LiveChart {
  readonly root: HTMLElement;
  close(): void;
}

/**
 * Draws a specification live: it shows the value nearest to the pointer; dragging and the wheel
 * move the axes. Expressions are interpreted, because the policy of the page forbids `eval`.
 *
 * @param summary - Text alternative of the drawing.
 * @param width - Width of the whole drawing in px, at most.
 */
function liveChart(spec: Spec, summary: string, width: number): LiveChart {
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

/** Corner of the plot in the drawing, in px: Vega shifts it by the axes and the padding. */
function plotCorner(view: View): readonly [left: number, top: number] {
  const [left, top] = view.origin();
  const padding = view.padding();
  if (typeof padding === 'number') return [left + padding, top + padding];
  return [left + (padding.left ?? 0), top + (padding.top ?? 0)];
}

/** Fits the plot into `width`, of which the axis labels keep their part. */
async function fit(view: View, drawing: HTMLElement, width: number): Promise<void> {
  await view.runAsync();
  // The text alternative is that of the drawing; Vega names each mark a picture without one.
  drawing.querySelector('svg')?.setAttribute('aria-hidden', 'true');
  const drawn = drawing.querySelector('svg')?.getBoundingClientRect().width ?? width;
  await view.width(Math.max(MIN_PLOT_WIDTH, view.width() + width - drawn)).runAsync();
}

/** The fields of a value as text. */
function tooltipLines(fields: Readonly<Record<string, unknown>>): readonly HTMLElement[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== 'null')
    .map(([name, value]) => element('span', {}, `${name}: `, element('b', {}, String(value))));
}

/** A value as drawn, in px from the corner of the plot. */
interface DrawnValue {
  readonly x: number;
  readonly y: number;
  /** What the tooltip shows of it: title to text. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Largest distance of a value from the pointer, in px. */
const REACH = 40;

/** The part of Vega's scene graph that is read. */
interface SceneNode {
  readonly items?: readonly SceneNode[];
  readonly marktype?: string;
  readonly x?: number;
  readonly y?: number;
  readonly tooltip?: unknown;
}

/**
 * The drawn value nearest to a point of the plot. Vega itself does not distinguish the points of a
 * line under the pointer.
 *
 * @param scenegraph - `view.scenegraph()`.
 * @param x - Position in px from the corner of the plot, to the right.
 * @param y - The same, down.
 */
function nearestValue(scenegraph: unknown, x: number, y: number): DrawnValue | undefined {
  let best: DrawnValue | undefined;
  let smallest = REACH;
  const visit = (node: SceneNode): void => {
    const { x: left, y: top, tooltip } = node;
    if (
      typeof tooltip === 'object' &&
      tooltip !== null &&
      left !== undefined &&
      top !== undefined
    ) {
      const distance = Math.hypot(left - x, top - y);
      if (distance < smallest) {
        smallest = distance;
        best = { x: left, y: top, fields: tooltip as Record<string, unknown> };
      }
    }
    node.items?.forEach(visit);
  };
  visit((scenegraph as { readonly root: SceneNode }).root);
  return best;
}

/** The value that `packedScript` wrote. */
export function unpackScript(text: string): unknown {
  const packed = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  return JSON.parse(strFromU8(unzlibSync(packed)));
}
