import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { readZarrMutants } from './zarrMutants.ts';

const MUTANTS = 10_000;

describe('readStackFile(path) on many damaged folders of OME-Zarr', () => {
  it(`gives a volume or one clear line for each of ${MUTANTS}`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'blurcycle-zarr-fuzz-'));
    try {
      await readZarrMutants(root, MUTANTS, 23);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
