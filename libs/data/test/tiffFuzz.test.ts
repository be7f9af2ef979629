import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { readMutants } from './tiffMutants.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blurcycle-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MUTANTS = 2200;

describe('readTiffStack(path) on damaged files', () => {
  it(
    `gives a volume or one clear line for each of ${MUTANTS} mutated files`,
    () => readMutants(folder, MUTANTS, 20),
    300_000,
  );
});
