import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFigures, type FigureBlock } from '@blurcycle/experiment';
import { afterAll, describe, expect, it } from 'vitest';
import { blurcycle } from '../commandLine.ts';

const resultsDir = mkdtempSync(join(tmpdir(), 'figures-'));
afterAll(() => rmSync(resultsDir, { recursive: true, force: true }));

async function blocksOf(experiment: string): Promise<readonly FigureBlock[]> {
  const { code, error } = await blurcycle(
    ...['table', experiment, '--profile', 'smoke', '--results-dir', resultsDir, '--no-report'],
  );
  expect({ code, error: code === 0 ? '' : error }).toEqual({ code: 0, error: '' });
  return readFigures(join(resultsDir, 'smoke', experiment, 'figures.json'))?.blocks ?? [];
}

/** What verify finds wrong with the table of an experiment, and whether it fails. */
async function verified(experiment: string): Promise<string> {
  const { code, out } = await blurcycle(
    ...['verify', experiment, '--profile', 'smoke', '--results-dir', resultsDir],
  );
  return `${code} ${out.trim()}`;
}

describe('figures of experiments of which nothing is trained', () => {
  it('fig5 is complete: it needs no run', async () => {
    const blocks = await blocksOf('fig5');
    expect(blocks.map(({ id }) => id)).toEqual([
      'psf-models-sections',
      'psf-models-log',
      'psf-models-voxels',
      'psf-models-profile-z',
      'psf-models-profile-x',
      'psf-models-widths',
      'psf-models-kernels',
      'psf-models-comparison',
    ]);
    const files = blocks.flatMap((block) =>
      block.kind === 'images' ? block.items.map(({ file }) => file) : [],
    );
    expect(files.filter((file) => !existsSync(join(resultsDir, 'smoke/fig5', file)))).toEqual([]);
  });

  it.each(['figures', 'table.csv'])(
    'of which one byte in %s was altered are found by verify',
    async (place) => {
      const folder = join(resultsDir, 'smoke/fig5');
      const ok = '0 ok    table fig5: 0 inputs, 22 outputs, 0 rows and 0 claims computed again';
      expect(await verified('fig5')).toBe(ok);
      const name = place === 'figures' ? `figures/${readdirSync(join(folder, place))[0]}` : place;
      const original = readFileSync(join(folder, name));
      const altered = Buffer.from(original);
      altered[altered.length >> 1] ^= 1;
      writeFileSync(join(folder, name), altered);
      expect(await verified('fig5')).toBe(
        `1 FAIL  table fig5: output ${name} has other bytes than recorded`,
      );
      writeFileSync(join(folder, name), original);
      expect(await verified('fig5')).toBe(ok);
    },
  );

  it('fig11 shows the true kernel and says that the others are missing', async () => {
    const facts = (await blocksOf('fig11')).find(({ kind }) => kind === 'facts');
    expect(facts?.kind === 'facts' ? facts.rows.map(([name]) => name) : []).toEqual([
      'Truth',
      'Proposed, blind: no finished run',
      'Proposed, kernel from noise: no finished run',
    ]);
  });

  it('cost counts what needs no run', async () => {
    const blocks = await blocksOf('cost');
    const total = (id: string) =>
      blocks
        .flatMap((block) => (block.id === id && block.kind === 'facts' ? block.rows : []))
        .find(([name]) => name === 'all');
    expect(total('cost-parameters-paper')?.[3]).toBeCloseTo(61.17, 2);
    expect(total('cost-parameters')?.[3]).toBeNull();
  });
});
