import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRunRecord, readTable, runDirectory } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blurcycle } from '../commandLine.ts';
import { type LocalCluster, missingDaemon, startLocalCluster } from './localCluster.ts';

const missing = missingDaemon();
if (missing !== undefined) {
  process.stderr.write(
    `experiments: no ${missing} found (apt-get install slurmctld slurmd munge), SLURM test skipped\n`,
  );
}

/** Two methods, so that the array has two tasks. */
const PAIR = `
title: Two runs
place: a test
rows:
  - { method: input }
  - { method: supervised-mse }
  - { method: proposed }
claims: []
`;

describe.skipIf(missing !== undefined)('the printed script on a SLURM cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slurm-'));
  const resultsDir = join(folder, 'results');
  const experimentsDir = join(folder, 'experiments');
  let cluster: LocalCluster | undefined;
  beforeAll(async () => {
    for (const name of ['_defaults.yaml', '_profiles.yaml', 'methods.yaml', 'classical.yaml']) {
      cpSync(join(EXPERIMENTS_DIRECTORY, name), join(experimentsDir, name));
    }
    writeFileSync(join(experimentsDir, 'pair.yaml'), PAIR);
    cluster = await startLocalCluster(folder);
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it('trains the runs of the array and makes the table from them', async () => {
    const places = ['--experiments-dir', experimentsDir, '--results-dir', resultsDir];
    const { out } = await blurcycle(
      'slurm',
      'pair',
      '--profile',
      'smoke',
      '--cpus',
      '1',
      ...places,
    );
    const slurm = { env: cluster?.env, encoding: 'utf8' } as const;
    execFileSync('bash', [], { ...slurm, input: out });
    while (execFileSync('squeue', ['-h'], slurm) !== '') await sleep(250);
    const records = ['supervised-mse-s0', 'proposed-s0'].map((run) =>
      readRunRecord(join(runDirectory(resultsDir, 'smoke', run), 'record.json')),
    );
    expect(records.map((record) => record?.status)).toEqual(['done', 'done']);
    expect(records[0]?.provenance.threads).toBe(1);
    const table = readTable(join(resultsDir, 'smoke/pair/table.json'));
    expect(table?.rows.map(({ status, note }) => ({ status, note }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'done', note: undefined })),
    );
    // Both were made by one data set, and before the table.
    expect(records[0]?.inputs).toEqual(records[1]?.inputs);
  }, 180_000);
});
