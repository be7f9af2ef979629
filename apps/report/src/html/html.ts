import escapeHtml from 'escape-html';

/** Markup that is safe in a page: made by `html`, or declared so with `trusted`. */
export interface Html {
  readonly markup: string;
}

/** A slot of `html`: text is escaped, markup and lists are inserted, the rest leaves nothing. */
export type Slot = Html | string | number | null | undefined | false | readonly Slot[];

/** Declares text to be markup: only for what this project produced, as charts and markdown. */
export function trusted(markup: string): Html {
  return { markup };
}

/**
 * A piece of a page. Every value that is not markup is escaped: a method called `<script>` is text.
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
