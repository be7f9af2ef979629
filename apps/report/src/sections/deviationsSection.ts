import MarkdownIt, { type Token } from 'markdown-it';
import { html, trusted, type Html } from '../html/html.ts';
import { sectionHead } from './frame.ts';

/**
 * The deviations register, from markdown: a heading for each deviation. HTML in it is escaped, its
 * headings are lowered below the section's own, and links to files of the repository become plain
 * text, since the report is read apart from them.
 */
export function deviationsSection(markdown: string | null): Html | null {
  if (markdown === null) return null;
  const renderer = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable(
    'image',
  );
  const tokens = renderer.parse(markdown, {});
  for (const token of tokens) {
    if (token.type === 'heading_open' || token.type === 'heading_close') {
      token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 1)}`;
    }
    if (token.children !== null) token.children = withoutRelativeLinks(token.children);
  }
  const content = renderer.renderer.render(withoutTitle(tokens), renderer.options, {});
  return html`<section id="deviations" aria-labelledby="deviations-title">
    ${sectionHead('deviations', 'What differs from the paper', 'Deviations')}
    <div class="prose register">${trusted(scrollTables(content))}</div>
  </section>`;
}

/** Drops a first heading of level 1, which repeats that of the section. */
function withoutTitle(tokens: Token[]): Token[] {
  return tokens[0]?.type === 'heading_open' && tokens[0].tag === 'h2' ? tokens.slice(3) : tokens;
}

/** Markdown does not nest links, so each opening is followed by its own closing. */
function withoutRelativeLinks(tokens: Token[]): Token[] {
  let absolute = true;
  return tokens.filter((token) => {
    if (token.type === 'link_open') absolute = /^[a-z]+:/i.test(token.attrGet('href') ?? '');
    return absolute || (token.type !== 'link_open' && token.type !== 'link_close');
  });
}

function scrollTables(content: string): string {
  return content
    .replaceAll(
      '<table>',
      '<div class="scroll" tabindex="0" role="region" aria-label="Register"><table class="plain">',
    )
    .replaceAll('</table>', '</table></div>');
}
