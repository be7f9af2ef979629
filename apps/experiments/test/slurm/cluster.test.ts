import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRunRecord, readTable, runDirectory } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, blurcycle } from '../commandLine.ts';
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
    vi.stubEnv('SLURM_CONF', cluster.env['SLURM_CONF']);
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  const places = ['--experiments-dir', experimentsDir, '--results-dir', resultsDir];
  const slurm = (...options: string[]): Promise<Answer> =>
    blurcycle('slurm', 'pair', '--profile', 'smoke', '--cpus', '1', ...places, ...options);

  it('trains the runs of the array and makes the table from them', async () => {
    const { out } = await slurm();
    const cluster = { encoding: 'utf8' } as const;
    execFileSync('bash', [], { ...cluster, input: out });
    while (execFileSync('squeue', ['-h'], cluster) !== '') await sleep(250);
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

  it('submits again what was killed, until the table is there, and verifies it', async () => {
    rmSync(resultsDir, { recursive: true });
    const training = join(runDirectory(resultsDir, 'smoke', 'proposed-s0'), 'metrics.jsonl');
    const answer = slurm('--submit', '--wait', '--every-seconds', '0.25');
    // The first training that has begun loses its node.
    for (;;) {
      const running = execFileSync('squeue', ['-h', '-t', 'R', '-n', 'pair-train', '-o', '%A'], {
        encoding: 'utf8',
      });
      if (existsSync(training) && running.trim() !== '') {
        execFileSync('scancel', running.trim().split(/\s+/));
        break;
      }
      await sleep(50);
    }
    const { code, out, error } = await answer;
    expect(error).toMatch(/^slurm: submitted again for .*pair/m);
    expect(error.match(/^slurm: jobs \d+, \d+, \d+$/gm)?.length).toBeGreaterThanOrEqual(2);
    expect(out).toMatch(/^ok {4}run proposed-s0: /m);
    expect(out).toMatch(/^ok {4}table pair: /m);
    expect(code).toBe(0);
  }, 180_000);

  it('gives up with states and logs when a submission brings nothing further', async () => {
    const other = join(folder, 'other');
    const { code, error } = await blurcycle(
      ...['slurm', 'pair', '--profile', 'smoke', '--experiments-dir', experimentsDir],
      ...['--results-dir', other, '--sbatch=--export=PATH=/nowhere'],
      ...['--submit', '--wait', '--every-seconds', '0.25'],
    );
    expect(error).toMatch(
      /^slurm: pair must get further .+ nowhere with supervised-mse-s0, .+\/slurm\)$/m,
    );
    expect(code).toBe(1);
  }, 60_000);
});
