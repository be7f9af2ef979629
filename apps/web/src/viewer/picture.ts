import { element } from '../page/element.ts';
import { drawSection, type Shown } from './drawSection.ts';
import { scaleBarUm } from './intensities.ts';
import { AXES_OF, type View } from './sections.ts';

/** One of the four pictures, with cross hair, curtain and scale bar. */
export interface Picture {
  readonly root: HTMLElement;
  readonly show: (state: PictureState) => void;
}

/** What a picture shows. */
interface PictureState {
  readonly before: Shown;
  readonly after: Shown | undefined;
  /** Part of the width that shows `before`. */
  readonly curtain: number;
  /** Place of the cross hair, z, y, x, and the sides of the volume. */
  readonly point: readonly number[];
  readonly shape: readonly number[];
  readonly words: string;
}

const TITLES: Readonly<Record<View, string>> = {
  xy: 'xy',
  xz: 'xz, z downward',
  yz: 'yz, z downward',
  maximum: 'maximum along z',
};

/** Creates a picture; a click or a drag in it moves the point. */
export function createPicture(
  view: View,
  movePoint: (axis: 0 | 1 | 2, place: number) => void,
): Picture {
  const canvas = element('canvas', { role: 'img' });
  const [across, down] = [element('i', { class: 'across' }), element('i', { class: 'down' })];
  const divider = element('i', { class: 'divider' });
  const bar = element('span', { class: 'scale-bar' });
  const frame = element('div', { class: 'frame' }, canvas, across, down, divider, bar);
  const axes = AXES_OF[view];
  const move = (event: PointerEvent): void => {
    const box = canvas.getBoundingClientRect();
    const place = (part: number, side: number): number =>
      Math.max(0, Math.min(side - 1, Math.floor(part * side)));
    movePoint(axes.across, place((event.clientX - box.left) / box.width, canvas.width));
    movePoint(axes.down, place((event.clientY - box.top) / box.height, canvas.height));
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(event);
  });
  return {
    root: element('figure', { class: 'picture' }, frame, element('figcaption', {}, TITLES[view])),
    show: ({ before, after, curtain, point, shape, words }) => {
      drawSection(canvas, before, after, curtain);
      canvas.setAttribute('aria-label', `${TITLES[view]}: ${words}`);
      const [pixelDown, pixelAcross] = before.section.pixelUm;
      const [widthUm, heightUm] = [
        before.section.width * pixelAcross,
        before.section.height * pixelDown,
      ];
      frame.style.aspectRatio = `${widthUm} / ${heightUm}`;
      const percent = (axis: 0 | 1 | 2): string => `${(100 * (point[axis] + 0.5)) / shape[axis]}%`;
      down.style.left = percent(axes.across);
      across.style.top = percent(axes.down);
      divider.hidden = after === undefined;
      divider.style.left = `${100 * curtain}%`;
      const lengthUm = scaleBarUm(widthUm);
      bar.style.width = `${(100 * lengthUm) / widthUm}%`;
      bar.textContent = `${Number(lengthUm.toPrecision(3))} µm`;
    },
  };
}
