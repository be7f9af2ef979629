import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InputError } from '@blurcycle/core';
import { type ResolvedExperiment, runDirectory } from '@blurcycle/experiment';
import { planExperiment } from '@blurcycle/pipeline/plan';
import { logFolder } from './slurmScript.ts';

/** What is submitted and watched. */
interface Submission {
  readonly experiment: ResolvedExperiment;
  readonly resultsDir: string;
  /** A bash script that prints the ids of the jobs. */
  readonly script: string;
  /** Seconds between two looks at the queue. */
  readonly everySeconds: number;
  readonly say: (line: string) => void;
}

/** How often in a row the controller may not answer: a restart of SLURM takes minutes. */
const MOST_SILENCES = 60;

/** Submits the jobs. Returns their ids. */
export function submitJobs(script: string): readonly string[] {
  const { status, stdout, stderr, error } = spawnSync('bash', [], {
    input: script,
    encoding: 'utf8',
  });
  if (error !== undefined || status !== 0) {
    const [reason = 'no reason'] = (error?.message ?? stderr).trim().split('\n').slice(-1);
    throw new InputError(
      `slurm: --submit must reach sbatch, got '${reason}' (call it on a login node of the cluster)`,
    );
  }
  return stdout.trim().split(/\s+/);
}

/**
 * Submits the jobs of an experiment until its table is there: jobs that ended early, by their time
 * limit or with their node, go on from their checkpoints.
 *
 * @throws {Error} If a submission brought nothing further; it names the states and the logs.
 */
export async function submitUntilDone(submission: Submission): Promise<void> {
  const { experiment, resultsDir, script, everySeconds, say } = submission;
  // A run that never gets to a checkpoint begins anew each time and logs no more than before.
  let best = { kept: await countKept(experiment, resultsDir), logged: 0 };
  for (;;) {
    const jobs = submitJobs(script);
    say(`slurm: jobs ${jobs.join(', ')}`);
    await untilGone(jobs, everySeconds);
    const steps = await planExperiment(experiment, resultsDir);
    const open = steps.filter(({ action }) => action !== 'keep');
    if (open.length === 0) return;
    const names = open.map(({ name }) => name);
    const states = endsOf(jobs);
    const kept = steps.length - open.length;
    const logged = loggedBytes(experiment, resultsDir);
    if (kept <= best.kept && logged <= best.logged) {
      throw new Error(
        `slurm: ${experiment.name} must get further with each submission, got nowhere with ${names.join(', ')}${states} (the logs are in ${logFolder({ resultsDir, profile: experiment.profile })})`,
      );
    }
    say(`slurm: submitted again for ${names.join(', ')}${states}`);
    best = { kept: Math.max(best.kept, kept), logged: Math.max(best.logged, logged) };
  }
}

/** How many results of an experiment need nothing any more. */
async function countKept(experiment: ResolvedExperiment, resultsDir: string): Promise<number> {
  const steps = await planExperiment(experiment, resultsDir);
  return steps.filter(({ action }) => action === 'keep').length;
}

/** What the training runs of an experiment have logged in all: more whenever one got further. */
function loggedBytes({ rows, profile }: ResolvedExperiment, resultsDir: string): number {
  return rows
    .flatMap(({ runs }) => runs.flatMap((run) => (run.first === null ? [run] : [run.first, run])))
    .map(({ id }) => join(runDirectory(resultsDir, profile, id), 'metrics.jsonl'))
    .reduce((sum, log) => sum + (statSync(log, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Waits until none of the jobs is in the queue. */
async function untilGone(jobs: readonly string[], everySeconds: number): Promise<void> {
  for (let silences = 0; ;) {
    const { status, stdout, stderr, error } = spawnSync('squeue', ['-h', '-j', jobs.join(',')], {
      encoding: 'utf8',
    });
    if (status === 0) {
      if (stdout.trim() === '') return;
      silences = 0;
    } else if (/invalid job id/i.test(stderr)) {
      // The controller has forgotten them: they ended minutes ago.
      return;
    } else if (++silences > MOST_SILENCES) {
      const reason = error?.message ?? stderr.trim().split('\n').slice(-1)[0];
      throw new Error(`slurm: squeue must answer, got '${reason}' (the jobs go on)`);
    }
    await pause(everySeconds * 1000);
  }
}

/** How the jobs ended, where the cluster keeps accounts: ` (12_3 TIMEOUT)`. */
function endsOf(jobs: readonly string[]): string {
  const { status, stdout } = spawnSync(
    'sacct',
    ['-n', '-X', '-P', '-j', jobs.join(','), '--format=JobID,State'],
    { encoding: 'utf8' },
  );
  if (status !== 0) return '';
  const ends = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([id, state]) => id !== '' && state !== undefined && !state.startsWith('COMPLETED'))
    .map(([id, state]) => `${id} ${state}`);
  return ends.length === 0 ? '' : ` (${ends.join(', ')})`;
}
