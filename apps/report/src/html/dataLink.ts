import { html, type Html } from './html.ts';

/** A link that saves text which the page carries with it: no request, no script. */
export function dataLink(label: string, fileName: string, mediaType: string, text: string): Html {
  return html`<a
    class="data-link"
    download="${fileName}"
    href="data:${mediaType};charset=utf-8,${encodeURIComponent(text).replaceAll('%2C', ',')}"
    >${label}</a
  >`;
}

/** A table as comma-separated values after RFC 4180. */
export function toCsv(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cell = (value: string | number): string => {
    const text = String(value).replaceAll('\u2212', '-');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}
