import { formatSignificant } from '../html/format.ts';
import { element } from './element.ts';
import type { ViewerState, VolumeData } from './stack.ts';
import { DIFFERENCE_LIMIT } from './stage.ts';

/** The scale of a viewer: the numbers at both ends of the ramp, and what the colors mean. */
interface Legend {
  readonly root: HTMLElement;
  show(state: ViewerState): void;
}

/** Creates the scale. */
export function createLegend({ window: [low, high] }: VolumeData): Legend {
  const from = element('span', { class: 'end' });
  const to = element('span', { class: 'end' });
  const ramp = element('span', { class: 'ramp', 'aria-hidden': 'true' });
  const words = element('span');
  const root = element('p', { class: 'window' }, from, ramp, to, words);
  const intensity = (gray: number): string =>
    formatSignificant(low + ((high - low) * gray) / 255, 3);
  return {
    root,
    show({ mode, black, white, gamma }) {
      const isDifference = mode === 'difference';
      const limit = formatSignificant(((high - low) * DIFFERENCE_LIMIT) / 255, 3);
      root.classList.toggle('difference', isDifference);
      from.textContent = isDifference ? `\u2212${limit}` : intensity(black);
      to.textContent = isDifference ? `+${limit}` : intensity(white);
      words.textContent = isDifference
        ? `Estimate minus ground truth: blue is ${limit} too dark, orange ${limit} too bright, black is right. The ground truth itself is shown as it is.`
        : `The same brightness scale in every panel${gamma === 10 ? '' : `, gamma ${gamma / 10}`}.`;
    },
  };
}
