import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type SlurmRequest, slurmScript } from '../../src/commands/slurm/slurmScript.ts';
import { blurcycle } from '../commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), "slurm's script "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const REQUEST: SlurmRequest = {
  experiment: 'table1',
  profile: 'standard',
  runs: [
    { name: 'proposed', seed: 0 },
    { name: 'proposed', seed: 1 },
    { name: 'cyclegan', seed: 0 },
  ],
  projectRoot: '/lab/blurcycle',
  experimentsDir: '/lab/blurcycle/experiments',
  resultsDir: join(folder, 'results'),
  cpus: 8,
  sbatch: '',
  sbatchTrain: '--gpus=1',
};

/** One submitted job: the options of sbatch and the script that it was given. */
interface Submitted {
  readonly options: readonly string[];
  readonly script: string;
}

/** Runs the script with an sbatch that writes down what it gets and answers 101, 102, ... */
function submit(request: SlurmRequest): { jobs: Submitted[]; printed: string } {
  const bin = mkdtempSync(join(folder, 'bin '));
  const fake = [
    '#!/usr/bin/env bash',
    `cd '${bin.replaceAll("'", `'\\''`)}'`,
    'n=$(ls | grep -c options)',
    'printf "%s\\n" "$@" > options$n',
    'cat > script$n',
    'echo $((101 + n))',
  ];
  writeFileSync(join(bin, 'sbatch'), fake.join('\n'), { mode: 0o755 });
  const printed = execFileSync('bash', [], {
    input: slurmScript(request),
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  const count = printed.trim().split(' ').length;
  const read = (name: string): string => readFileSync(join(bin, name), 'utf8');
  const jobs = Array.from({ length: count }, (_, i) => ({
    options: read(`options${i}`).trimEnd().split('\n'),
    script: read(`script${i}`),
  }));
  return { jobs, printed };
}

describe('slurmScript(request)', () => {
  it('submits data sets, training runs and table, each after the one before it', () => {
    const { jobs, printed } = submit(REQUEST);
    expect(printed).toBe('101 102 103\n');
    expect(jobs[0].script).toContain('dataset table1 --profile standard');
    expect(jobs[0].options.filter((option) => option.startsWith('--dependency'))).toEqual([]);
    expect(jobs[1].options).toEqual(
      expect.arrayContaining([
        '--dependency=afterok:101',
        '--array=0-2',
        '--cpus-per-task=8',
        '--gpus=1',
      ]),
    );
    expect(jobs[2].script).toContain('table table1 --profile standard');
    expect(jobs[2].options).toContain('--dependency=afterok:102');
    expect(jobs[2].options).not.toContain('--gpus=1');
  });

  it('gives each task of the array its own run, in words that the shell keeps apart', () => {
    const { script } = submit(REQUEST).jobs[1];
    const commandOf = (task: number): string[] =>
      execFileSync('bash', ['-c', script.replace('exec node', 'printf "%s\\n"')], {
        encoding: 'utf8',
        env: { ...process.env, SLURM_ARRAY_TASK_ID: String(task) },
      })
        .trimEnd()
        .split('\n');
    expect(commandOf(1).slice(1, 5)).toEqual(['train', 'proposed', '--seed', '1']);
    expect(commandOf(2).slice(1, 5)).toEqual(['train', 'cyclegan', '--seed', '0']);
    expect(commandOf(0)).toEqual(
      expect.arrayContaining(['--results-dir', REQUEST.resultsDir, '--threads', '8']),
    );
  });

  it('submits the table alone where nothing is trained', () => {
    const { jobs } = submit({ ...REQUEST, runs: [] });
    expect(jobs).toHaveLength(1);
    expect(jobs[0].options.filter((option) => option.startsWith('--dependency'))).toEqual([]);
  });
});

describe('blurcycle slurm <experiment>', () => {
  it('prints a script for every run of the experiment and nothing else', async () => {
    const { code, out, error } = await blurcycle(
      'slurm',
      'table3',
      '--profile',
      'standard',
      '--cpus',
      '4',
    );
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/^#!\/usr\/bin\/env bash\n/);
    expect(out).toContain("'proposed --seed 7'");
    expect(out).toContain('--array=0-15');
  });

  it('says in one line what is wrong', async () => {
    expect(await blurcycle('slurm', 'tabel3')).toMatchObject({
      code: 2,
      error: /did you mean 'table3'/,
    });
    expect(await blurcycle('slurm', 'table3', '--cpus', '0')).toMatchObject({
      code: 2,
      error: 'slurm: --cpus must be a positive integer, got 0\n',
    });
  });

  it('refuses to wait for what is not submitted, and says when there is no SLURM', async () => {
    expect(await blurcycle('slurm', 'table3', '--wait')).toMatchObject({
      code: 2,
      error: 'slurm: --wait must come with --submit, got it alone\n',
    });
    vi.stubEnv('PATH', '/usr/bin-without-slurm:/bin-without-slurm');
    const { code, error } = await blurcycle('slurm', 'table3', '--submit');
    vi.unstubAllEnvs();
    expect({ code, error }).toMatchObject({
      code: 2,
      error: /^slurm: --submit must reach sbatch, got '.+' \(call it on a login node/,
    });
  });
});
