import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRunRecord, runDirectory } from '@blurcycle/experiment';
import { EXPERIMENTS_DIRECTORY } from '@blurcycle/files';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blurcycle } from '../commandLine.ts';
import { type LocalCluster, missingDaemon, startLocalCluster } from './localCluster.ts';

const missing = missingDaemon();
if (missing !== undefined) {
  process.stderr.write(
    `experiments: no ${missing} found (apt-get install slurmctld slurmd munge), test of requeued tasks skipped\n`,
  );
}

/** A training that lasts long enough to be ended in its middle, twice. */
const EXPERIMENT = `
title: A run whose node dies
place: a test
rows:
  - { method: input }
  - method: proposed
    id: victim
    label: Victim
    settings:
      training: { updates: 300, logEvery: 5, validateEvery: 100, checkpointEvery: 10 }
claims: []
`;
const RUN = 'victim-s0';

describe.skipIf(missing !== undefined)('a task that SLURM queues again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slurm-requeue-'));
  const experimentsDir = join(folder, 'experiments');
  const [resultsDir, undisturbed] = ['results', 'undisturbed'].map((name) => join(folder, name));
  const runFolder = (results: string): string => runDirectory(results, 'smoke', RUN);
  const places = ['--profile', 'smoke', '--experiments-dir', experimentsDir];
  let cluster: LocalCluster;
  beforeAll(async () => {
    for (const name of ['_defaults.yaml', '_profiles.yaml', 'methods.yaml', 'classical.yaml']) {
      cpSync(join(EXPERIMENTS_DIRECTORY, name), join(experimentsDir, name));
    }
    writeFileSync(join(experimentsDir, 'victim.yaml'), EXPERIMENT);
    cluster = await startLocalCluster(folder);
    vi.stubEnv('SLURM_CONF', cluster.env['SLURM_CONF']);
  }, 60_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  const ask = (command: string, ...parameters: string[]): string =>
    execFileSync(command, parameters, { encoding: 'utf8' }).trim();
  const trainingJob = (): string => ask('squeue', '-h', '-r', '-n', 'victim-train', '-o', '%i');
  const restarts = (job: string): number =>
    Number(/Restarts=(\d+)/.exec(ask('scontrol', 'show', 'job', job))?.[1]);

  /** Waits for a newer checkpoint than that of an update, and says of which one it is. */
  async function checkpointAfter(update: number): Promise<number> {
    const checkpoints = join(runFolder(resultsDir), 'checkpoint');
    for (;;) {
      const names = existsSync(checkpoints) ? readdirSync(checkpoints) : [];
      const newest = Math.max(
        -1,
        ...names.map((name) => Number(/^step-(\d+)\./.exec(name)?.[1] ?? -1)),
      );
      if (newest > update) return newest;
      await sleep(50);
    }
  }

  it('goes on from its checkpoint, after scontrol requeue and after its node has died, to the same bits', async () => {
    const options = ['--cpus', '1', '--results-dir', resultsDir, '--every-seconds', '0.25'];
    const answer = blurcycle('slurm', 'victim', ...places, ...options, '--submit', '--wait');
    const first = await checkpointAfter(0);
    const job = trainingJob();
    expect(restarts(job)).toBe(0);
    execFileSync('scontrol', ['requeue', job]);
    const second = await checkpointAfter(first + 20);
    expect(restarts(job)).toBe(1);
    cluster.failNode();
    await cluster.repairNode();
    const third = await checkpointAfter(second + 20);
    expect(third).toBeLessThan(300);
    expect(restarts(job)).toBe(2);

    const { code, out, error } = await answer;
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4}run victim-s0: /m);
    expect(out).toMatch(/^ok {4}table victim: /m);
    // The queue brought it to its end: nothing was submitted a second time.
    expect(error.match(/^slurm: jobs /gm)).toHaveLength(1);

    const log = readFileSync(join(resultsDir, 'smoke/slurm', `victim-train-${job}.log`), 'utf8');
    expect(log).toMatch(
      /^victim-s0: stopped by SIGTERM after update \d+; the same command goes on/m,
    );
    expect(log).not.toMatch(/one process at a time|damaged|waits for/);
    expect(log.match(/^victim-s0: back-end /gm)).toHaveLength(3);

    await blurcycle(
      'train',
      'victim',
      '--seed',
      '0',
      ...places,
      ...['--results-dir', undisturbed, '--threads', '1'],
    );
    const [one, other] = [resultsDir, undisturbed].map((results) => {
      const record = readRunRecord(join(runFolder(results), 'record.json'));
      return [record?.outputs, readFileSync(join(runFolder(results), 'metrics.jsonl'), 'utf8')];
    });
    expect(one).toEqual(other);
  });
});
