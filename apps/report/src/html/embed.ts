import { createHash } from 'node:crypto';
import { gzipSync, strToU8, zlibSync } from 'fflate';
import { html, trusted, type Html } from './html.ts';

/** Data for the script of the page. `<` is escaped, so that no value can end the element. */
export function jsonScript(className: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return html`<script type="application/json" class="${className}">
    ${trusted(json)}
  </script>`;
}

/**
 * Large data for the script of the page: JSON, deflated, in base64.
 *
 * fflate gives the same bytes on every machine, unlike its zlib.
 */
export function packedScript(className: string, value: unknown): Html {
  const packed = zlibSync(strToU8(JSON.stringify(value)), { level: 9 });
  return html`<script type="text/plain" class="${className}">
    ${trusted(Buffer.from(packed).toString('base64'))}
  </script>`;
}

/** Shorter text is not worth packing, in characters. */
const SMALL_TEXT = 1500;

/**
 * A link that saves text which the page holds, without a request. Long text is deflated: the script
 * of the page unpacks it on a click; without it the link saves a gzip file.
 */
export function dataLink(label: string, fileName: string, mediaType: string, text: string): Html {
  if (text.length < SMALL_TEXT) {
    const content = encodeURIComponent(text).replaceAll('%2C', ',');
    return html`<a
      class="data-link"
      download="${fileName}"
      href="data:${mediaType};charset=utf-8,${content}"
      >${label}</a
    >`;
  }
  const packed = gzipSync(strToU8(text), { level: 9, mtime: 0 });
  return html`<a
    class="data-link packed"
    download="${fileName}.gz"
    data-name="${fileName}"
    data-type="${mediaType}"
    href="data:application/gzip;base64,${Buffer.from(packed).toString('base64')}"
    >${label}</a
  >`;
}

/** A table as comma-separated values (RFC 4180). */
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

/** Images that a page holds once and shows in several places. */
export interface ImageStore {
  /** Stores an image and returns the id to `use` it by; equal bytes have equal ids. */
  add(png: Buffer, width: number, height: number): string;
  /** The element that holds the images; it must precede everything that uses them. */
  render(): Html;
}

/** Makes an empty store. */
export function createImageStore(): ImageStore {
  const images = new Map<string, Html>();
  return {
    add(png, width, height) {
      const id = `image-${createHash('sha256').update(png).digest('hex').slice(0, 12)}`;
      images.set(
        id,
        html`<image
          id="${id}"
          width="${width}"
          height="${height}"
          href="data:image/png;base64,${png.toString('base64')}"
        />`,
      );
      return id;
    },
    render: () =>
      html`<svg class="image-store" width="0" height="0" aria-hidden="true" focusable="false">
        <defs>${[...images.values()]}</defs>
      </svg>`,
  };
}
