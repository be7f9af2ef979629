import { element } from './element.ts';
import type { VolumeData } from './volumeData.ts';

/**
 * Links that save the stacks behind a viewer, as the page holds them: 8-bit grey, planes one below
 * the other.
 *
 * @param name - Begin of the file names.
 */
export function stackLinks({ items }: VolumeData, name: string): HTMLElement {
  const links = items.map(({ label, image }, i) => {
    const href = document.getElementById(image)?.getAttribute('href') ?? '';
    return element('a', { class: 'data-link', download: `${name}-${i + 1}.png`, href }, label);
  });
  return element(
    'p',
    { class: 'tools' },
    element('span', { class: 'note' }, 'Stacks as PNG:'),
    ...links,
  );
}
