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

/** Creates a group of radio buttons in a row, with the first one checked. */
export function radioGroup<Value extends string>(
  legend: string,
  name: string,
  choices: readonly (readonly [value: Value, label: string])[],
  onChange: (value: Value) => void,
): HTMLFieldSetElement {
  const buttons = choices.map(([value, label], i) => {
    const input = element('input', { type: 'radio', name, value });
    input.checked = i === 0;
    input.addEventListener('change', () => onChange(value));
    return element('label', {}, input, element('span', {}, label));
  });
  return element('fieldset', { class: 'segmented' }, element('legend', {}, legend), ...buttons);
}

/** A slider with its label and its value in words. */
interface Slider {
  readonly root: HTMLLabelElement;
  readonly input: HTMLInputElement;
  /** Changes range, value and its words. */
  set(value: number, max: number, words: string): void;
}

/** Creates a slider that counts from 0 in whole steps. */
export function slider(label: string, onInput: (value: number) => void): Slider {
  const input = element('input', { type: 'range', min: '0', max: '1', step: '1' });
  const title = element('span', { class: 'slider-title' }, label);
  const words = element('span', { class: 'slider-words' });
  input.addEventListener('input', () => onInput(input.valueAsNumber));
  return {
    root: element('label', { class: 'slider' }, title, input, words),
    input,
    set(value, max, text) {
      input.max = String(max);
      input.valueAsNumber = value;
      input.setAttribute('aria-valuetext', text);
      words.textContent = text;
    },
  };
}
