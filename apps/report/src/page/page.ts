import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { darkColorRules } from '../charts/methodColors.ts';
import { html, type Html, trusted } from '../html/html.ts';

/** Pieces of the one file. */
export interface PageParts {
  readonly title: string;
  readonly body: Html;
  readonly style: string;
  readonly script: string;
}

/**
 * The whole page. Its policy allows nothing but this style, this script and images inside the file:
 * it sends no request, and text that slipped through as markup could neither load nor run anything.
 */
export function page({ title, body, style, script }: PageParts): string {
  // An end tag inside the script would end it for the parser of HTML; inside strings the escape
  // means the same.
  const safeScript = script.replaceAll('</script', '<\\/script');
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(safeScript)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // Whole elements, because the hashes are those of every character between the tags.
  const styleElement = trusted(`<style>${style}</style>`);
  const scriptElement = trusted(`<script>${safeScript}</script>`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        ${body} ${scriptElement}
      </body>
    </html> `.markup;
}

function sourceHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Parts of the style sheet in their order: what comes later may overrule what came before. */
const PARTS = ['base', 'opening', 'results', 'controls', 'figures', 'viewer', 'prose', 'media'];

/** The style sheet of the page, with the dark colours of the methods. */
export async function readStyle(): Promise<string> {
  const parts = await Promise.all(
    PARTS.map((name) => readFile(new URL(`./styles/${name}.css`, import.meta.url), 'utf8')),
  );
  return `${parts.join('')}@media screen and (prefers-color-scheme: dark){${darkColorRules()}}\n`;
}

/**
 * The script of the page: the viewer of volumes, and Vega with an interpreter that needs no `eval`.
 */
export async function bundleScript(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('../client/client.ts', import.meta.url))],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  });
  return result.outputFiles[0].text;
}
