import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { darkColorRules } from '../charts/methodColors.ts';
import { html, trusted, type Html } from '../html/html.ts';
import { leastWidthRules } from '../sections/chartFigure.ts';

/** Style sheet and script of the page. */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
}

/** The parts of the page. */
interface PageParts extends PageAssets {
  readonly title: string;
  readonly body: Html;
}

/**
 * The whole page. Its content security policy allows this style, this script and images inside the
 * file: the page sends no request, and text that was taken for markup could load and run nothing.
 */
export function page({ title, body, style, script }: PageParts): string {
  // The HTML parser would end the script at an end tag; in strings the escape means the same.
  const safeScript = script.replaceAll('</script', '<\\/script');
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(safeScript)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // Without white space around them, because the hashes cover every character between the tags.
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

/** Reads the style sheet and bundles the script. */
export async function readAssets(): Promise<PageAssets> {
  return { style: await readStyle(), script: await bundleScript() };
}

/** Parts of the style sheet, in order: later rules override earlier ones. */
const STYLES = ['base', 'opening', 'results', 'controls', 'figures', 'viewer', 'prose', 'media'];

/** The style sheet of the page, with the dark colors of the methods. */
async function readStyle(): Promise<string> {
  const parts = await Promise.all(
    STYLES.map((name) => readFile(new URL(`./styles/${name}.css`, import.meta.url), 'utf8')),
  );
  return `${parts.join('')}${leastWidthRules()}\n@media screen and (prefers-color-scheme: dark){${darkColorRules()}}\n`;
}

/** The script of the page: the volume viewer, and Vega with an interpreter that needs no `eval`. */
async function bundleScript(): Promise<string> {
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
