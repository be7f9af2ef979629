import { formatNumber, formatSignificant } from '../html/format.ts';
import { element, radioGroup, slider } from './element.ts';
import { angleAcross, grayAt, type Line, type LinePlane, sampleLine, widthAtHalf } from './line.ts';
import { AXES_OF, type Cut, type Stack, type ViewerState, type VolumeData } from './stack.ts';

/** Size of the drawing, and the room for its numbers, in px. */
const WIDTH = 640;
const HEIGHT = 220;
const ROOM = { left: 50, right: 8, top: 8, bottom: 40 };
const SVG = 'http://www.w3.org/2000/svg';
/** Dashes of lines in the order of the volumes, so that no two differ by color alone. */
const DASHES = ['', '6 3', '2 2', '8 2 2 2', '10 4', '1 3'];

/** A line of the profile in a picture, in parts of its width and height. */
type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/** The intensities of all volumes along a line through the middle of the square, to unfold. */
interface Profile {
  readonly root: HTMLDetailsElement;
  show(): void;
  /** Where the line is in a picture that it lies in; null while the profile is folded. */
  segment(cut: Cut): Segment | null;
}

/** Creates the line profile of a viewer. */
export function createProfile(
  data: VolumeData,
  stacks: readonly Stack[],
  state: ViewerState,
  name: string,
  update: () => void,
): Profile {
  const { shape, voxelSizeUm } = data;
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
      ['line', 'Any angle'],
    ],
    (axis) => {
      state.profile = axis === 'line' ? 'line' : (Number(axis) as 0 | 1 | 2);
      update();
    },
  );
  const change = (changes: Partial<Line>): void => {
    state.line = { ...state.line, ...changes };
    update();
  };
  const reference = Math.max(
    0,
    data.items.findIndex(({ role }) => role === 'truth'),
  );
  const angleThere = (plane: LinePlane): number =>
    angleAcross(stacks[reference], plane, state.point, voxelSizeUm);
  const turnAcross = (plane: LinePlane): void => change({ plane, angle: angleThere(plane) });
  state.line = { ...state.line, angle: angleThere(state.line.plane) };
  const planes = radioGroup(
    'In',
    `${name}-profile-plane`,
    [
      ['xy', 'XY plane'],
      ['xz', 'XZ plane'],
      ['yz', 'YZ plane'],
    ],
    turnAcross,
  );
  const angle = slider('Angle', (value) => change({ angle: value }));
  const length = slider('Length', (value) => change({ lengthUm: Math.max(2, value) / 10 }));
  const across = element('button', { type: 'button' }, 'Across the structure');
  across.addEventListener('click', () => turnAcross(state.line.plane));
  const ofLine = element('div', { class: 'row' }, planes, angle.root, length.root, across);
  const root = element(
    'details',
    { class: 'profile' },
    element('summary', {}, 'Line profile through the middle of the square, all methods'),
    element('div', { class: 'row' }, axes),
    ofLine,
    element(
      'p',
      { class: 'note' },
      'Drag across a structure in a picture to draw the line there. Width: full width at half of the largest value.',
    ),
    element('div', {
      ...{ class: 'chart', role: 'group', tabindex: '0' }, // it scrolls on a narrow screen
      'aria-label': 'Line profile',
    }),
    key,
  );
  root.querySelector('.chart')?.append(drawing);
  root.addEventListener('toggle', () => update());

  /** The line; along an axis it is a quarter of the width long. */
  const lineNow = (): Line => {
    if (state.profile === 'line') return state.line;
    const lengthUm = (shape[2] * voxelSizeUm[2]) / 4;
    return state.profile === 2
      ? { plane: 'xy', angle: 0, lengthUm }
      : state.profile === 1
        ? { plane: 'xy', angle: 90, lengthUm }
        : { plane: 'xz', angle: 90, lengthUm };
  };

  function showControls(): void {
    ofLine.hidden = state.profile !== 'line';
    const { plane, angle: degrees, lengthUm } = state.line;
    const axesOfPlane = AXES_OF[plane];
    const longest = Math.hypot(
      ...[axesOfPlane.across, axesOfPlane.down].map((axis) => shape[axis] * voxelSizeUm[axis]),
    );
    angle.set(degrees, 179, `${degrees}°`);
    length.set(
      Math.round(10 * lengthUm),
      Math.floor(10 * longest),
      `${formatNumber(lengthUm, 1)} µm`,
    );
    check(axes, String(state.profile));
    check(planes, plane);
  }

  function show(): void {
    if (!root.open) return;
    showControls();
    const line = lineNow();
    const { points, positionsUm } = sampleLine(line, state.point, shape, voxelSizeUm);
    const lines = stacks.map((stack) => points.map((point) => grayAt(stack, point)));
    const highest = Math.max(32, ...lines.flat());
    const [from, to] = [positionsUm[0], positionsUm[positionsUm.length - 1]];
    const x = (um: number): number =>
      ROOM.left + ((WIDTH - ROOM.left - ROOM.right) * (um - from)) / (to - from || 1);
    const y = (gray: number): number =>
      HEIGHT - ROOM.bottom - ((HEIGHT - ROOM.top - ROOM.bottom) * gray) / highest;
    const [low, high] = data.window;
    const intensity = (gray: number): string =>
      formatSignificant(low + ((high - low) * gray) / 255, 2);
    const where =
      state.profile === 'line'
        ? `a line at ${line.angle}° in ${line.plane.toUpperCase()}`
        : 'zyx'[state.profile];
    drawing.replaceChildren(
      ...[0, highest / 2, highest].flatMap((gray) => [
        rule(ROOM.left, y(gray), WIDTH - ROOM.right, y(gray)),
        label(intensity(gray), ROOM.left - 6, y(gray) + 4, 'end'),
      ]),
      ...[from, (from + to) / 2, to].map((um, k) =>
        label(formatNumber(um, 2), x(um), HEIGHT - 22, (['start', 'middle', 'end'] as const)[k]),
      ),
      label(`along ${where}, from the middle (µm)`, WIDTH / 2, HEIGHT - 3, 'middle'),
      ...lines.map((values, i) =>
        svgElement('path', {
          d: values
            .map((gray, k) => `${k === 0 ? 'M' : 'L'}${x(positionsUm[k])} ${y(gray)}`)
            .join(''),
          ...stroke(i),
        }),
      ),
    );
    const at = ([0, 1, 2] as const).map((axis) => `${'zyx'[axis]} ${state.point[axis] + 1}`);
    drawing.setAttribute('aria-label', `Intensities along ${where} through ${at.join(', ')}`);
    key.replaceChildren(
      ...data.items.map((item, i) => {
        const width = widthAtHalf(positionsUm, lines[i]);
        const words = width === null ? 'no width' : `${formatNumber(width, 2)} µm wide`;
        const sample = svgElement('svg', { width: '26', height: '12', 'aria-hidden': 'true' });
        sample.append(svgElement('path', { d: 'M0 6H26', ...stroke(i) }));
        return element('span', { class: 'chart' }, sample, ` ${item.label}: ${words}`);
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

  function segment(cut: Cut): Segment | null {
    const line = lineNow();
    if (!root.open || cut !== line.plane) return null;
    const { points } = sampleLine(line, state.point, shape, voxelSizeUm);
    const { across: u, down: v } = AXES_OF[cut];
    const [first, last] = [points[0], points[points.length - 1]];
    const part = (point: (typeof points)[number], axis: number): number =>
      (point[axis] + 0.5) / shape[axis];
    return [part(first, u), part(first, v), part(last, u), part(last, v)];
  }

  return { root, show, segment };
}

/** Checks the radio button of a value. */
function check(group: HTMLFieldSetElement, value: string): void {
  const input = group.querySelector<HTMLInputElement>(`input[value="${value}"]`);
  if (input !== null) input.checked = true;
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
    ...{ 'font-size': '14', fill: 'currentColor' },
  });
  made.append(text);
  return made;
}
