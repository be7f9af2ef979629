import { readFile } from 'node:fs/promises';
import { darkColorRules } from '../charts/methodColors.ts';

/** Parts of the style sheet in their order: what comes later may overrule what came before. */
const PARTS = [
  ...['base', 'header', 'banner', 'contents', 'claims', 'tables', 'provenance', 'controls'],
  ...['charts', 'images', 'facts', 'volumes', 'viewer', 'prose', 'narrow', 'print'],
];

/** The style sheet of the page, with the dark colours of the methods. */
export async function readStyle(): Promise<string> {
  const parts = await Promise.all(
    PARTS.map((name) => readFile(new URL(`./styles/${name}.css`, import.meta.url), 'utf8')),
  );
  return `${parts.join('')}@media screen and (prefers-color-scheme: dark){${darkColorRules()}}\n`;
}
