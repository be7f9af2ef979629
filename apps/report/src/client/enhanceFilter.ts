import { element } from './element.ts';

/** A method that can be hidden. */
interface FilteredMethod {
  readonly id: string;
  readonly label: string;
  /** Its own and those of its variants, on a light page: charts are drawn in them. */
  readonly colors: readonly string[];
}

/**
 * Adds a box for each method, which hides its rows and pictures and fades its marks in charts.
 * Rules of a style sheet do it, so that they hold for viewers that open later, too.
 */
export function enhanceFilter(place: HTMLElement): void {
  const text = place.querySelector('script.method-data')?.textContent;
  if (text === null || text === undefined) return;
  const methods = JSON.parse(text) as readonly FilteredMethod[];
  const hidden = new Set<string>();
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const words = element('span', {}, '');
  const show = (): void => {
    const rules = methods
      .filter(({ id }) => hidden.has(id))
      .flatMap(({ id, colors }) => [
        `main [data-method="${id}"]{display:none!important}`,
        ...colors.map(
          (color) => `.chart [stroke="${color}"],.chart [fill="${color}"]{opacity:.07}`,
        ),
      ]);
    sheet.replaceSync(rules.join(''));
    words.textContent = hidden.size === 0 ? '' : ` (${hidden.size} hidden)`;
  };
  const boxes = methods.map(({ id, label }) => {
    const box = element('input', { type: 'checkbox' });
    box.checked = true;
    box.addEventListener('change', () => {
      if (box.checked) hidden.delete(id);
      else hidden.add(id);
      show();
    });
    return { box, root: element('label', { class: 'check' }, box, ` ${label}`) };
  });
  const all = element('button', { type: 'button' }, 'Show all');
  all.addEventListener('click', () => {
    hidden.clear();
    for (const { box } of boxes) box.checked = true;
    show();
  });
  place.append(
    element(
      'details',
      { class: 'filter' },
      element('summary', {}, 'Methods shown', words),
      element('div', { class: 'row' }, ...boxes.map(({ root }) => root), all),
    ),
  );
}
