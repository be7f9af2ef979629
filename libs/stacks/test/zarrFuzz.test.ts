import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { readZarrMutants } from './zarrMutants.ts';

const root = mkdtempSync(join(tmpdir(), 'blurcycle-zarr-fuzz-'));
afterAll(() => rmSync(root, { recursive: true }), 60_000);

const MUTANTS = 200;

describe('readStackFile(path) on damaged folders of OME-Zarr', () => {
  it(`gives a volume or one clear line for each of ${MUTANTS}`, async () => {
    await readZarrMutants(root, MUTANTS, 22);
  }, 300_000);
});
