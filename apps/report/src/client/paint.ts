import type { Picture } from './stack.ts';

/**
 * Ends and middle of the scale of differences: blue is too dark, orange is too bright, near black
 * is no difference.
 */
const TOO_DARK = [86, 170, 255] as const;
const EQUAL = [16, 19, 23] as const;
const TOO_BRIGHT = [255, 158, 74] as const;

/** Largest difference that the colours tell apart, in grey values: half of the display window. */
export const DIFFERENCE_LIMIT = 127.5;

/** Draws grey values as they are. */
export function paintGrey(canvas: HTMLCanvasElement, { width, height, grey }: Picture): void {
  draw(canvas, width, height, (pixels) => {
    for (let i = 0; i < grey.length; i++) pixels.fill(grey[i], 4 * i, 4 * i + 3);
  });
}

/** Draws estimate minus truth in the colours of differences. */
export function paintDifference(
  canvas: HTMLCanvasElement,
  estimate: Picture,
  truth: Picture,
): void {
  const { width, height, grey } = estimate;
  draw(canvas, width, height, (pixels) => {
    for (let i = 0; i < grey.length; i++)
      pixels.set(differenceColor(grey[i] - truth.grey[i]), 4 * i);
  });
}

/** The colour of a difference of grey values. */
export function differenceColor(difference: number): readonly [number, number, number] {
  const end = difference < 0 ? TOO_DARK : TOO_BRIGHT;
  const share = Math.min(1, Math.abs(difference) / DIFFERENCE_LIMIT);
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(EQUAL[channel] + share * (end[channel] - EQUAL[channel]));
  return [mix(0), mix(1), mix(2)];
}

function draw(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  fill: (pixels: Uint8ClampedArray) => void,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  image.data.fill(255);
  fill(image.data);
  context.putImageData(image, 0, 0);
}
