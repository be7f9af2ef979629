import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PROJECT_ROOT } from '@blurcycle/files';
import { describe, expect, it } from 'vitest';

const inFolder = (folder: string, suffix: string): string[] =>
  readdirSync(join(PROJECT_ROOT, folder))
    .map((name) => join(folder, name, suffix))
    .filter((path) => path.endsWith('.md') && existsSync(join(PROJECT_ROOT, path)));

const PAGES = [
  ...['', 'docs', 'docs/adr', 'experiments'].flatMap((folder) => inFolder(folder, '')),
  ...['libs', 'apps'].flatMap((folder) => inFolder(folder, 'README.md')),
];

const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');

/** Anchors of a page as GitHub makes them. */
const anchors = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(PAGES)('%s', (page) => {
  it('links to pages and headings that exist', () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path, anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(PROJECT_ROOT, target))) return true;
      return anchor !== undefined && !anchors(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const paths = read(page).matchAll(/`((?:libs|apps|docs|experiments|tools|results)\/[^`\s]+)`/g);
    const missing = [...paths]
      .map(([, path]) => path)
      .filter((path) => !/[<*{]/.test(path) && !existsSync(join(PROJECT_ROOT, path)));
    expect(missing).toEqual([]);
  });
});
