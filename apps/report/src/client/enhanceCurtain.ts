import { slider } from './element.ts';

/** Adds a slider to the picture at the top, which moves the divider between input and estimate. */
export function enhanceCurtain(figure: HTMLElement): void {
  const width = Number(figure.dataset.width);
  const sides = figure.querySelectorAll('svg.curtain-right');
  const dividers = figure.querySelectorAll('path.divider');
  const edge = slider('Divider', (percent) => {
    const x = (width * percent) / 100;
    for (const side of sides) {
      const rows = side.getAttribute('height') ?? '0';
      side.setAttribute('x', String(x));
      side.setAttribute('width', String(width - x));
      side.setAttribute('viewBox', `${x} 0 ${Math.max(width - x, 0.01)} ${rows}`);
    }
    for (const divider of dividers) {
      const d = divider.getAttribute('d') ?? '';
      divider.setAttribute('d', d.replace(/^M[\d.]+/, `M${x}`));
    }
    edge.set(percent, 100, `${percent} %`);
  });
  edge.set(50, 100, '50 %');
  figure.querySelector('.note')?.before(edge.root);
}
