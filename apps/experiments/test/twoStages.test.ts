import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunRecord, runDirectory } from '@blurcycle/experiment';
import { afterAll, describe, expect, it } from 'vitest';
import { blurcycle } from './commandLine.ts';

const resultsDir = mkdtempSync(join(tmpdir(), 'blurcycle-stages-'));
afterAll(() => rmSync(resultsDir, { recursive: true, force: true }));

const fileOf = (run: string, name: string): string =>
  join(runDirectory(resultsDir, 'smoke', run), name);
const trainTwoStage = () =>
  blurcycle(
    ...['train', 'two-stage', '--seed', '0', '--profile', 'smoke', '--results-dir', resultsDir],
  );

describe('blurcycle train two-stage', { timeout: 60_000 }, () => {
  it('trains the first stage before it, and knows its kernel and its noise', async () => {
    expect(await trainTwoStage()).toMatchObject({ code: 0 });
    const first = readRunRecord(fileOf('proposed-decoupled-s0', 'record.json'));
    expect(first?.status).toBe('done');
    expect(first?.noise?.a).toBeGreaterThan(0);
    expect(readRunRecord(fileOf('two-stage-s0', 'record.json'))?.status).toBe('done');
    expect(readFileSync(fileOf('two-stage-s0', 'model/kernel.tif'))).toEqual(
      readFileSync(fileOf('proposed-decoupled-s0', 'model/kernel.tif')),
    );
  });

  it('leaves the first stage alone where it is up to date itself', async () => {
    rmSync(fileOf('proposed-decoupled-s0', 'model'), { recursive: true });
    const { code, error } = await trainTwoStage();
    expect(code).toBe(0);
    expect(error).not.toContain('proposed-decoupled');
  });

  it('trains the first stage again where its record is here and its kernel is not', async () => {
    const weights = readFileSync(fileOf('two-stage-s0', 'model/generator.weights'));
    rmSync(runDirectory(resultsDir, 'smoke', 'two-stage-s0'), { recursive: true });
    expect(await trainTwoStage()).toMatchObject({ code: 0 });
    expect(readFileSync(fileOf('two-stage-s0', 'model/generator.weights'))).toEqual(weights);
  });
});
