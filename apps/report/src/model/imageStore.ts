import { createHash } from 'node:crypto';
import { html, type Html } from '../html/html.ts';

/** Images that a page shows in several places and holds once. */
export interface ImageStore {
  /** Keeps an image and answers with the id to `use` it by; the same bytes have the same id. */
  add(png: Buffer, width: number, height: number): string;
  /** The element that holds them, to be placed before everything that uses them. */
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
