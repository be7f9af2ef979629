import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { writePapers } from '../src/paper/writePaper.ts';

const fixtures = fileURLToPath(new URL('fixtures/results', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'paper-'));
cpSync(fixtures, directory, { recursive: true });
const sources = { resultsDir: directory, profile: 'synthetic' };
const paper = (name: string): string => join(directory, 'synthetic/paper', name);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('writePapers(sources)', () => {
  it('writes Markdown and LaTeX with the same keys, and no number without one', async () => {
    const written = await writePapers(sources);
    expect(written.map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(written[0].count).toBe(written[1].count);
    expect(written[0].count).toBeGreaterThan(40);
    const markdown = readFileSync(paper('paper.md'), 'utf8');
    expect(markdown).toContain('| Proposed, blind | 26.62<!-- table1#proposed.psnr.paper --> |');
    const latex = readFileSync(paper('paper.tex'), 'utf8');
    expect(latex).toContain('\\num{26.62}{table1#proposed.psnr.paper}');
    expect(latex).toMatch(
      /trained for \\num\{\d+\}\{proposed-s0#settings\.training\.updates\} updates/,
    );
    // What is left without the keyed numbers holds no decimal; claims tell the paper's own limits.
    const prose = latex.replace(/\\num\{[^}]*\}\{[^}]+\}/g, '').replace(/^\\item .*$/gm, '');
    expect(prose.match(/\d+\.\d+/g)).toBeNull();
  });

  it('leaves a paper as it is while its numbers hold, and fails when a record changed', async () => {
    const text = readFileSync(paper('paper.md'), 'utf8').replace('What follows from it.', 'Mine.');
    writeFileSync(paper('paper.md'), text);
    expect((await writePapers(sources)).map(({ isNew }) => isNew)).toEqual([false, false]);
    expect(readFileSync(paper('paper.md'), 'utf8')).toBe(text);
    const table = join(directory, 'synthetic/table1/table.json');
    const record = readFileSync(table, 'utf8');
    writeFileSync(table, record.replaceAll('26.6249', '26.7249'));
    await expect(writePapers(sources)).rejects.toThrow(
      /paper\.md must hold the numbers of the records, got others: table1#proposed\.psnr\.paper is 26\.72, not 26\.62/,
    );
    writeFileSync(table, record);
    await writePapers(sources);
  });
});
