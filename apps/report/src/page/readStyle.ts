import { readFile } from 'node:fs/promises';
import { darkColorRules } from '../charts/methodColors.ts';

/** The style sheet of the page, with the dark colours of the methods. */
export async function readStyle(): Promise<string> {
  const sheet = await readFile(new URL('./report.css', import.meta.url), 'utf8');
  return `${sheet}\n@media screen and (prefers-color-scheme: dark){${darkColorRules()}}\n`;
}
