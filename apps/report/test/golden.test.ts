import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawFigures } from '../src/buildReport.ts';
import { readResults } from '../src/inputs/readResults.ts';
import { renderReport } from '../src/renderReport.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const golden = path('fixtures/report.golden.html');

describe('renderReport(inputs, figures, assets)', () => {
  /**
   * The whole report of the synthetic results, byte for byte; style and script are left out,
   * because they are the same for all results and the libraries in the script change with their
   * versions.
   *
   * After an intended change: UPDATE_GOLDEN=1 npx vitest run --dir apps/report golden; review the
   * difference.
   */
  it('writes the golden report', async () => {
    const sources = { resultsDir: path('fixtures/results'), profile: 'synthetic' };
    const inputs = await readResults({
      ...sources,
      deviationsPath: path('fixtures/deviations.md'),
    });
    const { figures } = await drawFigures(inputs);
    const text = renderReport(inputs, figures, { style: '', script: '' });
    if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(golden, text);
    const expected = readFileSync(golden, 'utf8');
    const at = [...text].findIndex((character, i) => character !== expected[i]);
    expect(`${at}: ${text.slice(at - 80, at + 80)}`).toBe(
      `${at}: ${expected.slice(at - 80, at + 80)}`,
    );
    expect(text.length).toBe(expected.length);
    expect(text).toContain('Non-blind &lt;script&gt;alert(1)&lt;/script&gt;');
    const regions = [...text.matchAll(/role="region"\s+aria-label="([^"]*)"/g)].map(
      ([, name]) => name,
    );
    expect(regions).toEqual([...new Set(regions)]); // a landmark has a name of its own
    expect(text).not.toMatch(/<script>alert|update 40 <b>|href="javascript:|<img/);
  });
});
