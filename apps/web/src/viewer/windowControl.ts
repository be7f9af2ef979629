import { element, slider } from '../page/element.ts';
import { automaticWindow, type Histogram, type Window } from './intensities.ts';

/** Histogram of an image and the window that it is shown in. */
export interface WindowControl {
  readonly root: HTMLElement;
  readonly window: () => Window;
  readonly set: (values: Histogram) => void;
}

const STEPS = 1000;

/** Creates the control of one image. */
export function createWindowControl(title: string, onChange: () => void): WindowControl {
  const canvas = element('canvas', { 'aria-hidden': 'true', width: '256', height: '48' });
  const automatic = element('button', { type: 'button' }, 'Automatic');
  let values: Histogram = { low: 0, high: 1, counts: new Float64Array(256) };
  let window: Window = { black: 0, white: 1 };
  const valueOf = (step: number): number =>
    values.low + (step / STEPS) * (values.high - values.low);
  const stepOf = (value: number): number =>
    Math.round((STEPS * (value - values.low)) / (values.high - values.low || 1));
  const change = (next: Window): void => {
    window = next;
    show();
    onChange();
  };
  const black = slider('Black', (step) =>
    change({ ...window, black: Math.min(valueOf(step), valueOf(stepOf(window.white) - 1)) }),
  );
  const white = slider('White', (step) =>
    change({ ...window, white: Math.max(valueOf(step), valueOf(stepOf(window.black) + 1)) }),
  );
  automatic.addEventListener('click', () => change(automaticWindow(values)));
  function show(): void {
    black.set(stepOf(window.black), STEPS, window.black.toPrecision(4));
    white.set(stepOf(window.white), STEPS, window.white.toPrecision(4));
    drawHistogram(canvas, values, window);
  }
  return {
    root: element(
      'fieldset',
      { class: 'window' },
      element('legend', {}, title),
      ...[canvas, black.root, white.root, automatic],
    ),
    window: () => window,
    set: (next) => {
      values = next;
      window = automaticWindow(next);
      show();
    },
  };
}

/** Bars on a logarithmic scale; those outside of the window are dim. */
function drawHistogram(
  canvas: HTMLCanvasElement,
  { low, high, counts }: Histogram,
  { black, white }: Window,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = getComputedStyle(canvas).color;
  const most = Math.log1p(Math.max(...counts));
  counts.forEach((count, i) => {
    const value = low + ((i + 0.5) / counts.length) * (high - low);
    context.globalAlpha = value < black || value > white ? 0.3 : 1;
    const height = most > 0 ? (Math.log1p(count) / most) * canvas.height : 0;
    context.fillRect(i, canvas.height - height, 1, height);
  });
}
