import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { readMutants } from './tiffMutants.ts';

const MUTANTS = 10_000;

describe('readTiffStack(path) on many damaged files', () => {
  it(`gives a volume or one clear line for each of ${MUTANTS} mutated files`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blurcycle-fuzz-'));
    try {
      await readMutants(folder, MUTANTS, 21);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
