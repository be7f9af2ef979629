import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFigures, readTable, runRecordSchema } from '@blurcycle/experiment';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT, RESULTS_DIRECTORY } from '../src/projectPaths.ts';

const folder = join(RESULTS_DIRECTORY, 'smoke');
const METHODS = ['supervised-mse', 'supervised-gan', 'cyclegan', 'proposed', 'non-blind'];

/** The command of the README at the smallest size, from nothing, without the cache of an earlier call. */
async function runTable1(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const nx = join(PROJECT_ROOT, 'node_modules/.bin/nx');
  const parameters = ['run', 'experiments:table1:smoke', '--skip-nx-cache', '--output-style=static'];
  const { stdout } = await promisify(execFile)(nx, parameters, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
    maxBuffer: 2 ** 24,
  });
  return stdout;
}

/** table.json without what may differ between two runs of one seed. */
function readNumbers(): object {
  const table = readTable(join(folder, 'table1/table.json'));
  expect(table).toBeDefined();
  return { ...table, provenance: null };
}

describe('nx run experiments:table1:smoke', () => {
  let printed = '';
  beforeAll(async () => {
    printed = await runTable1();
  }, 180_000);

  it('trains every method and prints paper beside ours', () => {
    expect(printed).toMatch(/\| method +\| PSNR dB, paper \| PSNR dB, ours/);
    expect(printed).toMatch(/\| Proposed, blind +\| 26\.62/);
    const table = readTable(join(folder, 'table1/table.json'));
    expect(table?.rows.map(({ id }) => id)).toEqual(['input', ...METHODS]);
    for (const row of table?.rows ?? []) {
      expect(row.status).toBe('done');
      expect(row.note).toBeUndefined();
      expect(row.ours?.psnr.n).toBe(2);
    }
  });

  it('leaves a record, metrics, weights and predictions of every run', () => {
    for (const method of METHODS) {
      const run = join(folder, 'runs', `${method}-s0`);
      const record = runRecordSchema.parse(JSON.parse(readFileSync(join(run, 'record.json'), 'utf8')));
      expect(record.status).toBe('done');
      expect(record.scores.map(({ volume }) => volume)).toEqual(['test-0', 'test-1']);
      expect(Object.keys(record.outputs)).toEqual(
        expect.arrayContaining(['metrics.jsonl', 'model/manifest.json', 'predictions/test-0.tif']),
      );
      for (const name of Object.keys(record.outputs)) expect(existsSync(join(run, name))).toBe(true);
    }
  });

  it('writes the report with the table and the slices of every method', () => {
    const report = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(report).toContain('Conventional cycleGAN');
    const figures = readFigures(join(folder, 'table1/figures.json'));
    const shown = figures?.blocks.flatMap((block) => (block.kind === 'volumes' ? block.items : []));
    expect(shown?.map(({ id }) => id)).toEqual(['input', 'truth', ...METHODS]);
  });

  it('gives the same numbers again', async () => {
    const first = readNumbers();
    await runTable1();
    expect(readNumbers()).toEqual(first);
  }, 180_000);
});
