import { extent, type Volume } from '@blurcycle/core';
import { element, select } from '../page/element.ts';
import { lineThrough } from './sections.ts';

/** The values along a line through the point, before and after. */
export interface Profile {
  readonly root: HTMLElement;
  readonly show: (before: Volume, after: Volume | undefined, point: readonly number[]) => void;
}

const AXIS_NAMES = ['z', 'y', 'x'] as const;
const SVG = 'http://www.w3.org/2000/svg';

/** Creates the plot; the axis is chosen above it. */
export function createProfile(onChange: () => void): Profile {
  const axes = select([
    ['2', 'along x'],
    ['1', 'along y'],
    ['0', 'along z'],
  ]);
  axes.addEventListener('change', onChange);
  const plot = document.createElementNS(SVG, 'svg');
  plot.setAttribute('viewBox', '0 0 300 100');
  plot.setAttribute('preserveAspectRatio', 'none');
  plot.setAttribute('role', 'img');
  const caption = element('figcaption', {});
  return {
    root: element(
      'figure',
      { class: 'profile' },
      element('label', {}, 'Line profile ', axes),
      plot as unknown as HTMLElement,
      caption,
    ),
    show: (before, after, point) => {
      const axis = Number(axes.value) as 0 | 1 | 2;
      const lines = [before, ...(after === undefined ? [] : [after])].map((volume) =>
        lineThrough(volume, axis, point),
      );
      const ranges = lines.map(extent);
      const low = Math.min(0, ...ranges.map(([least]) => least));
      const high = Math.max(...ranges.map(([, most]) => most));
      plot.replaceChildren(
        ...lines.map((line, i) => polyline(line, low, high, i === 0 ? 'before' : 'after')),
      );
      const lengthUm = lines[0].length * before.voxelSizeUm[axis];
      const others = [0, 1, 2]
        .filter((other) => other !== axis)
        .map((other) => `${AXIS_NAMES[other]} ${point[other] + 1}`);
      const words = `${AXIS_NAMES[axis]}, ${Number(lengthUm.toPrecision(3))} µm, at ${others.join(', ')}; intensities ${Number(low.toPrecision(3))} to ${Number(high.toPrecision(4))}`;
      plot.setAttribute('aria-label', `Line profile along ${words}`);
      caption.replaceChildren(
        element('span', { class: 'before' }, 'before'),
        ...(after === undefined ? [] : [' ', element('span', { class: 'after' }, 'after')]),
        ` along ${words}`,
      );
    },
  };
}

function polyline(line: Float32Array, low: number, high: number, name: string): SVGPolylineElement {
  const drawn = document.createElementNS(SVG, 'polyline');
  const scale = high > low ? 96 / (high - low) : 0;
  const points = Array.from(line, (value, i) => {
    const x = line.length === 1 ? 150 : (300 * i) / (line.length - 1);
    return `${x.toFixed(2)},${(98 - scale * (value - low)).toFixed(2)}`;
  });
  drawn.setAttribute('points', points.join(' '));
  drawn.setAttribute('class', name);
  return drawn;
}
