import escapeHtml from 'escape-html';

/** Markup that is safe to put into a page: made by `html` or vouched for with `trusted`. */
export interface Html {
  readonly markup: string;
}

/**
 * What may stand in a slot of `html`: text is escaped, markup and lists of markup are kept, nothing
 * is nothing.
 */
export type Slot = Html | string | number | null | undefined | false | readonly Slot[];

/**
 * Declares text to be markup. Only for what this project itself produced: SVG of the charts,
 * rendered markdown.
 */
export function trusted(markup: string): Html {
  return { markup };
}

/**
 * A piece of a page. Every value that is not already markup is escaped, so a method called
 * `<script>` is text.
 *
 * @example
 * html`<td>${row.label}</td>`;
 */
export function html(strings: TemplateStringsArray, ...slots: readonly Slot[]): Html {
  let markup = strings[0];
  slots.forEach((slot, i) => {
    markup += fill(slot) + strings[i + 1];
  });
  return { markup };
}

function fill(slot: Slot): string {
  if (slot === null || slot === undefined || slot === false) return '';
  if (typeof slot === 'string' || typeof slot === 'number') return escapeHtml(String(slot));
  if ('markup' in slot) return slot.markup;
  return slot.map(fill).join('');
}
