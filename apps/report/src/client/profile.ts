import { formatNumber, formatSignificant } from '../html/format.ts';
import { element, radioGroup } from './element.ts';
import { lineThrough, type Stack, type ViewerState, type VolumeData } from './stack.ts';

/** Size of the drawing, and the room for its numbers, in px. */
const WIDTH = 640;
const HEIGHT = 220;
const ROOM = { left: 44, right: 8, top: 8, bottom: 34 };
const SVG = 'http://www.w3.org/2000/svg';
/** Dashes of lines in the order of the volumes, so that no two differ by color alone. */
const DASHES = ['', '6 3', '2 2', '8 2 2 2', '10 4', '1 3'];

/** The intensities of all volumes along a line through the middle of the square, to unfold. */
interface Profile {
  readonly root: HTMLElement;
  show(): void;
}

/** Creates the line profile of a viewer. */
export function createProfile(
  data: VolumeData,
  stacks: readonly Stack[],
  state: ViewerState,
  name: string,
  update: () => void,
): Profile {
  const drawing = svgElement('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    class: 'profile-drawing',
  });
  const key = element('p', { class: 'profile-key' });
  const axes = radioGroup(
    'Along',
    `${name}-profile`,
    [
      ['2', 'x'],
      ['1', 'y'],
      ['0', 'z'],
    ],
    (axis) => {
      state.profile = Number(axis) as 0 | 1 | 2;
      update();
    },
  );
  const root = element(
    'details',
    { class: 'profile' },
    element('summary', {}, 'Line profile through the middle of the square, all methods'),
    element('div', { class: 'row' }, axes),
    element('div', { class: 'chart' }),
    key,
  );
  root.querySelector('.chart')?.append(drawing);
  root.addEventListener('toggle', () => show());

  function show(): void {
    if (!root.open) return;
    const axis = state.profile;
    const count = Math.round((data.shape[2] * data.voxelSizeUm[2]) / 4 / data.voxelSizeUm[axis]);
    const lines = stacks.map((stack) => lineThrough(stack, state.point, axis, Math.max(8, count)));
    const [{ start, values }] = lines;
    const um = (i: number): number => (start + i) * data.voxelSizeUm[axis];
    const highest = Math.max(32, ...lines.flatMap((line) => line.values));
    const x = (i: number): number =>
      ROOM.left + ((WIDTH - ROOM.left - ROOM.right) * i) / (values.length - 1);
    const y = (gray: number): number =>
      HEIGHT - ROOM.bottom - ((HEIGHT - ROOM.top - ROOM.bottom) * gray) / highest;
    const [low, high] = data.window;
    const intensity = (gray: number): string =>
      formatSignificant(low + ((high - low) * gray) / 255, 2);
    drawing.replaceChildren(
      ...[0, highest / 2, highest].flatMap((gray) => [
        rule(ROOM.left, y(gray), WIDTH - ROOM.right, y(gray)),
        label(intensity(gray), ROOM.left - 6, y(gray) + 4, 'end'),
      ]),
      ...[0, (values.length - 1) / 2, values.length - 1].map((i, k) =>
        label(formatNumber(um(i), 2), x(i), HEIGHT - 18, (['start', 'middle', 'end'] as const)[k]),
      ),
      label(`${'zyx'[axis]} (µm)`, WIDTH / 2, HEIGHT - 3, 'middle'),
      ...lines.map((line, i) =>
        svgElement('path', {
          d: line.values.map((gray, k) => `${k === 0 ? 'M' : 'L'}${x(k)} ${y(gray)}`).join(''),
          ...stroke(i),
        }),
      ),
    );
    const at = ([0, 1, 2] as const)
      .filter((other) => other !== axis)
      .map((other) => `${'zyx'[other]} ${state.point[other] + 1}`)
      .join(', ');
    drawing.setAttribute('aria-label', `Intensities along ${'zyx'[axis]} at ${at}`);
    key.replaceChildren(
      ...data.items.map((item, i) => {
        const line = svgElement('path', { d: 'M0 6H26', ...stroke(i) });
        const sample = svgElement('svg', { width: '26', height: '12', 'aria-hidden': 'true' });
        sample.append(line);
        return element('span', { class: 'chart' }, sample, ` ${item.label}`);
      }),
    );
  }

  function stroke(i: number): Readonly<Record<string, string>> {
    const { color, role } = data.items[i];
    return {
      fill: 'none',
      stroke: color ?? 'currentColor',
      'stroke-width': role === 'truth' ? '3' : '1.6',
      'stroke-dasharray': role === 'truth' ? '' : DASHES[i % DASHES.length],
    };
  }

  return { root, show };
}

function svgElement(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function rule(x1: number, y1: number, x2: number, y2: number): SVGElement {
  return svgElement('path', {
    d: `M${x1} ${y1}L${x2} ${y2}`,
    stroke: 'currentColor',
    'stroke-opacity': '0.2',
  });
}

function label(text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end'): SVGElement {
  const made = svgElement('text', {
    ...{ x: String(x), y: String(y), 'text-anchor': anchor },
    ...{ 'font-size': '12', fill: 'currentColor' },
  });
  made.append(text);
  return made;
}
