import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadExperiments } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY, PROJECT_ROOT, RESULTS_DIRECTORY } from '@blurcycle/files';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { fillMarkers, readDocumented, resultPages } from '../src/docs/resultPages.ts';

const fixtures = fileURLToPath(new URL('fixtures/results/synthetic', import.meta.url));
const readme = (): string => readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8');
const stated = loadExperiments(EXPERIMENTS_DIRECTORY);

describe('the pages that are made from results', () => {
  it('are those of the committed results (npm run docs)', async () => {
    const standard = join(RESULTS_DIRECTORY, 'standard');
    const pages = await resultPages(standard, stated, readme());
    expect(pages.map(({ path }) => path)).toEqual([
      'README.md',
      'docs/claims.md',
      'docs/images/claims.svg',
      'docs/images/curtain.svg',
    ]);
    for (const { path, text } of pages) {
      const at = join(PROJECT_ROOT, path);
      const options = { ...(await resolveConfig(at)), parser: 'markdown' };
      const wanted = path.endsWith('.md') ? await format(text, options) : text;
      const isAsMade = readFileSync(at, 'utf8') === wanted;
      expect(`${path} ${isAsMade ? 'is as made' : 'is old: npm run docs'}`).toBe(
        `${path} is as made`,
      );
    }
  });

  it('hold every score of the README: none is typed by hand', () => {
    const typed = readme().replace(/<!-- results: [\s\S]*?<!-- end of results -->/g, '');
    expect(typed.match(/[^\s]*\d[^\s]* dB|\b0\.\d{3,}/g)).toBeNull();
  });

  it('leave the README short: about 600 words beside tables, commands and addresses', () => {
    const prose = readme()
      .replace(/<!--.*?-->|```[\s\S]*?```|^\|.*$/gm, '')
      .replace(/\]\([^)]*\)/g, ']');
    expect(prose.split(/\s+/).length).toBeLessThan(650);
  });
});

describe('fillMarkers(text, parts)', () => {
  it('replaces a part and keeps the rest, also when it is filled again', () => {
    const page = 'a\n\n<!-- results: x -->\n\nold $&\n\n<!-- end of results -->\n\nb\n';
    const filled = fillMarkers(page, { x: 'new $1' });
    expect(filled).toBe(page.replace('old $&', () => 'new $1'));
    expect(fillMarkers(filled, { x: 'new $1' })).toBe(filled);
  });

  it('refuses a page without a place for a part', () => {
    expect(() => fillMarkers('a', { x: '1' })).toThrow('must have <!-- results: x -->');
  });
});

describe('readDocumented(directory, stated)', () => {
  it('takes kinds from the experiment files and drops claims that none states', () => {
    const { experiments, runs } = readDocumented(fixtures, stated);
    expect(experiments.map(({ id }) => id)).toEqual(['table1', 'table2', 'fig5', 'fig9']);
    const [{ table }] = experiments;
    const ids = stated.experiments.get('table1')?.content.claims.map(({ id }) => id) ?? [];
    expect(table.claims.every(({ id, kind }) => ids.includes(id) && kind !== undefined)).toBe(true);
    expect(runs.length).toBeGreaterThan(0);
  });
});
