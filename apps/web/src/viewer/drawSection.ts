import { gray, type Window } from './intensities.ts';
import type { Section } from './sections.ts';

/** A picture of a section and the window that it is shown in. */
export interface Shown {
  readonly section: Section;
  readonly window: Window;
}

/**
 * Draws a section into a canvas of as many pixels; with two, the first up to the curtain.
 *
 * @param curtain - Part of the width, 0 to 1, that shows `before`.
 */
export function drawSection(
  canvas: HTMLCanvasElement,
  before: Shown,
  after: Shown | undefined,
  curtain: number,
): void {
  const { width, height } = before.section;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  const edge = after === undefined ? width : Math.round(curtain * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const { section, window } = after === undefined || column < edge ? before : after;
      const i = row * width + column;
      const level = gray(section.data[i], window);
      image.data.set([level, level, level, 255], 4 * i);
    }
  }
  context.putImageData(image, 0, 0);
}
