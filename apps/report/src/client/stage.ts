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
}

/**
 * Creates a stage.
 *
 * @param title - Caption above the pictures.
 * @param onPoint - Called with the number of the picture and the position of a click, in parts of
 *   width and height.
 */
export function createStage(
  title: string,
  onPoint: (pane: 0 | 1, horizontal: number, vertical: number) => void,
): Stage {
  const caption = element('figcaption', {}, title);
  const panes = [
    createPane((across, down) => onPoint(0, across, down)),
    createPane((across, down) => onPoint(1, across, down)),
  ] as const;
  const row = element('div', { class: 'panes' }, ...panes.map(({ root }) => root));
  return {
    root: element('figure', { class: 'stage' }, caption, row),
    panes,
    caption: (text) => caption.replaceChildren(text),
  };
}

function createPane(onPoint: (horizontal: number, vertical: number) => void): Pane {
  const canvas = element('canvas', { role: 'img' });
  const bar = element('span', { class: 'scale-bar' });
  const frame = element('span', { class: 'square' });
  const cut = element('span', { class: 'cut-line' });
  const picture = element('div', { class: 'picture' }, canvas, cut, frame, bar);
  const inset = element('canvas', { class: 'enlarged', 'aria-hidden': 'true' });
  canvas.addEventListener('click', (event) => {
    const box = canvas.getBoundingClientRect();
    onPoint((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
  return {
    root: element('div', { class: 'pane' }, picture, inset),
    canvas,
    describe: (text) => canvas.setAttribute('aria-label', text),
    arrange({ widthUm, heightUm, square, cutAt }) {
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
