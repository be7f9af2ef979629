import { scaleBarUm } from '../html/format.ts';
import { signedColor } from '../model/kernels.ts';
import { element } from './element.ts';
import type { Picture } from './stack.ts';

/** A volume's pictures side by side below its name. */
export interface Stage {
  readonly root: HTMLElement;
  /** One for each picture; the second is hidden where a view has one. */
  readonly panes: readonly [Pane, Pane];
  /** Sets the name. */
  caption(text: string): void;
}

/** A picture with its scale bar, the frame of the enlarged square, and the enlargement. */
interface Pane {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Adapts aspect ratio, scale bar and square to a view. */
  arrange(view: StageView): void;
  /** Sets the text alternative. */
  describe(text: string): void;
}

/** Geometry of a picture. */
export interface StageView {
  readonly widthUm: number;
  readonly heightUm: number;
  /** The enlarged square in parts of width and height; null without enlargement. */
  readonly square: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** Where the plane of the picture beside cuts this one, in parts of the height. */
  readonly cutAt: number | null;
  /** The line of the profile, in parts of width and height; null where there is none. */
  readonly line: readonly [x1: number, y1: number, x2: number, y2: number] | null;
}

/** A position in a picture, in parts of its width and height. */
export type Position = readonly [across: number, down: number];

/** What a pointer does in the pictures of a stage; the first argument is the number of one. */
interface StageActions {
  readonly onPoint: (pane: 0 | 1, at: Position) => void;
  /** Drags from one position to another; called at each move. */
  readonly onDrag?: (pane: 0 | 1, from: Position, to: Position) => void;
}

/**
 * Creates a stage.
 *
 * @param title - Caption above the pictures.
 */
export function createStage(title: string, { onPoint, onDrag }: StageActions): Stage {
  const caption = element('figcaption', {}, title);
  const pane = (i: 0 | 1): Pane =>
    createPane(
      (at) => onPoint(i, at),
      (from, to) => onDrag?.(i, from, to),
    );
  const panes = [pane(0), pane(1)] as const;
  const row = element('div', { class: 'panes' }, ...panes.map(({ root }) => root));
  return {
    root: element('figure', { class: 'stage' }, caption, row),
    panes,
    caption: (text) => caption.replaceChildren(text),
  };
}

/** A pointer that moves less far than this, in px, clicks. */
const DRAG_FROM = 4;

/** Calls `onDrag` while a pointer is dragged, and `onPoint` where it only clicks. */
function listen(
  canvas: HTMLCanvasElement,
  onPoint: (at: Position) => void,
  onDrag: (from: Position, to: Position) => void,
): void {
  let start: MouseEvent | null = null;
  let isDragged = false;
  const positionOf = (event: MouseEvent): Position => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  canvas.addEventListener('mousedown', (event) => ([start, isDragged] = [event, false]));
  canvas.addEventListener('mousemove', (event) => {
    if (start === null || event.buttons === 0) return;
    const moved = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
    isDragged ||= moved >= DRAG_FROM;
    if (isDragged) onDrag(positionOf(start), positionOf(event));
  });
  canvas.addEventListener('click', (event) => {
    if (!isDragged) onPoint(positionOf(event));
    [start, isDragged] = [null, false];
  });
}

/** A line over a picture. */
function createLine(): { readonly root: SVGElement; show(line: StageView['line']): void } {
  const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  root.setAttribute('class', 'profile-line');
  root.setAttribute('viewBox', '0 0 1 1');
  root.setAttribute('preserveAspectRatio', 'none');
  root.setAttribute('aria-hidden', 'true');
  root.append(path);
  return {
    root,
    show(line) {
      root.toggleAttribute('hidden', line === null);
      if (line !== null) path.setAttribute('d', `M${line[0]} ${line[1]}L${line[2]} ${line[3]}`);
    },
  };
}

function createPane(
  onPoint: (at: Position) => void,
  onDrag: (from: Position, to: Position) => void,
): Pane {
  const canvas = element('canvas', { role: 'img' });
  const bar = element('span', { class: 'scale-bar' });
  const frame = element('span', { class: 'square' });
  const cut = element('span', { class: 'cut-line' });
  const profile = createLine();
  const picture = element('div', { class: 'picture' }, canvas, cut, frame, profile.root, bar);
  const inset = element('canvas', { class: 'enlarged', 'aria-hidden': 'true' });
  listen(canvas, onPoint, onDrag);
  return {
    root: element('div', { class: 'pane' }, picture, inset),
    canvas,
    describe: (text) => canvas.setAttribute('aria-label', text),
    arrange({ widthUm, heightUm, square, cutAt, line }) {
      profile.show(line);
      picture.style.aspectRatio = `${widthUm} / ${heightUm}`;
      const length = scaleBarUm(widthUm);
      bar.style.width = `${(100 * length) / widthUm}%`;
      bar.textContent = `${length} µm`;
      cut.hidden = cutAt === null;
      if (cutAt !== null) cut.style.top = `${100 * cutAt}%`;
      frame.hidden = inset.hidden = square === null;
      bar.classList.remove('right');
      if (square === null) return;
      frame.style.left = `${100 * square.x}%`;
      frame.style.top = `${100 * square.y}%`;
      frame.style.width = `${100 * square.width}%`;
      frame.style.height = `${100 * square.height}%`;
      bar.classList.toggle('right', square.x < 0.4 && square.y + square.height > 0.85);
      enlarge(inset, canvas, square);
    },
  };
}

function enlarge(
  inset: HTMLCanvasElement,
  picture: HTMLCanvasElement,
  square: NonNullable<StageView['square']>,
): void {
  const { width, height } = picture;
  inset.width = 240;
  inset.height = 240;
  const context = inset.getContext('2d');
  if (context === null) return;
  context.imageSmoothingEnabled = false;
  const { x, y } = square;
  const source = [x * width, y * height, square.width * width, square.height * height] as const;
  context.drawImage(picture, ...source, 0, 0, inset.width, inset.height);
}

/** Difference with the full color, in gray values: half of the display window. */
export const DIFFERENCE_LIMIT = 127.5;

/**
 * Draws gray values.
 *
 * @param levels - The level on the screen of each gray value.
 */
export function paintGray(
  canvas: HTMLCanvasElement,
  { width, height, gray }: Picture,
  levels: Uint8Array,
): void {
  paint(canvas, width, height, (i) => [levels[gray[i]], levels[gray[i]], levels[gray[i]]]);
}

/** Draws estimate minus truth in color. */
export function paintDifference(
  canvas: HTMLCanvasElement,
  { width, height, gray }: Picture,
  truth: Picture,
): void {
  paint(canvas, width, height, (i) => differenceColor(gray[i] - truth.gray[i]));
}

/** Color of a difference of gray values. */
export function differenceColor(difference: number): readonly [number, number, number] {
  return signedColor(difference / DIFFERENCE_LIMIT);
}

/** Draws a picture of which each pixel has a color, row by row. */
export function paint(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  colorOf: (pixel: number) => readonly [number, number, number],
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  image.data.fill(255);
  for (let i = 0; i < width * height; i++) image.data.set(colorOf(i), 4 * i);
  context.putImageData(image, 0, 0);
}
