import { html, type Html } from '../html/html.ts';

/** Where a section stands, its heading, and the way back to the contents. */
export function sectionHead(id: string, place: string, title: string): Html {
  return html`<p class="eyebrow">${place} <a class="back" href="#contents">Contents</a></p>
    <h2 id="${id}-title">${title}</h2>`;
}
