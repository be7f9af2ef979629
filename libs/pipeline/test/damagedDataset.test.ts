import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterAll, describe, expect, it } from 'vitest';
import { MANIFEST } from '../src/dataset/manifest.ts';
import { prepareDataset } from '../src/dataset/prepareDataset.ts';

const resultsDir = mkdtempSync(join(tmpdir(), 'blurcycle-dataset-'));
afterAll(() => rmSync(resultsDir, { recursive: true, force: true }));

const set = loadExperiments(EXPERIMENTS_DIRECTORY);
const { dataset } = resolveExperiment(set, 'table1', 'smoke').settings;

async function prepare() {
  const said: string[] = [];
  const say = (line: string): number => said.push(line);
  return { ...(await prepareDataset(dataset, { resultsDir, profile: 'smoke', say })), said };
}

describe('prepareDataset(settings, options)', () => {
  it('makes what is damaged anew, with a warning and the same bytes', async () => {
    const { folder, hashes, said } = await prepare();
    expect(said).toEqual([expect.stringMatching(/^data set made in /)]);
    expect((await prepare()).said).toEqual([]);

    const manifest = join(folder, MANIFEST);
    const text = readFileSync(manifest, 'utf8');
    const escaping = text.replace('"kernel.tif"', '"../kernel.tif"');
    for (const damaged of [text.slice(0, 100), '', 'null', escaping]) {
      writeFileSync(manifest, damaged);
      const again = await prepare();
      expect(again.hashes).toEqual(hashes);
      expect(again.said[0]).toBe(`warning: ${manifest} is damaged: the data set is made anew`);
      expect(readFileSync(manifest, 'utf8')).toBe(text);
    }

    const stack = join(folder, 'kernel.tif');
    writeFileSync(stack, readFileSync(stack).subarray(1));
    const again = await prepare();
    expect(again.hashes).toEqual(hashes);
    expect(again.said[0]).toMatch(/^warning: .+kernel\.tif must be the file that was written/);
    expect(readdirSync(folder)).not.toContain('data.lock');
  });
});
