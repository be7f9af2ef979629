import { html, trusted, type Html } from './html.ts';

/**
 * Data for the script of the page. `<` is written as an escape, so that no value can end the
 * element.
 */
export function jsonScript(className: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return html`<script type="application/json" class="${className}">
    ${trusted(json)}
  </script>`;
}
