/** Creates an element with attributes and children; strings become text, not markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** An input or a select with its label and, below it, what it means. */
export function field(
  label: string,
  control: HTMLInputElement | HTMLSelectElement,
  hint?: string,
): HTMLDivElement {
  control.id ||= `field-${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  const parts: HTMLElement[] = [element('label', { for: control.id }, label), control];
  if (hint !== undefined) {
    const note = element('small', { id: `${control.id}-hint` }, hint);
    control.setAttribute('aria-describedby', note.id);
    parts.push(note);
  }
  return element('div', { class: 'field' }, ...parts);
}

/** A list to choose from; each entry is a value and its words. */
export function select(
  entries: readonly (readonly [value: string, words: string])[],
): HTMLSelectElement {
  return element(
    'select',
    {},
    ...entries.map(([value, words]) => element('option', { value }, words)),
  );
}

/** A field for a number; empty means: not given. */
export function numberInput(value: number | '', attributes: Readonly<Record<string, string>> = {}) {
  return element('input', { type: 'number', step: 'any', value: String(value), ...attributes });
}

/** A slider with its label and its value in words. */
interface Slider {
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  /** Changes range, value and its words. */
  readonly set: (value: number, max: number, words: string) => void;
}

/** Creates a slider that counts from 0 in whole steps. */
export function slider(label: string, onInput: (value: number) => void): Slider {
  const input = element('input', {
    ...{ type: 'range', min: '0', max: '1', step: '1', 'aria-label': label },
  });
  const words = element('span', { class: 'words' });
  input.addEventListener('input', () => onInput(input.valueAsNumber));
  return {
    root: element(
      'div',
      { class: 'slider' },
      element('span', { 'aria-hidden': 'true' }, label),
      ...[input, words],
    ),
    input,
    set: (value, max, text) => {
      input.max = String(max);
      input.valueAsNumber = value;
      input.setAttribute('aria-valuetext', text);
      words.textContent = text;
    },
  };
}
