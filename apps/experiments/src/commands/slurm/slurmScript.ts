import { join } from 'node:path';

/** The work for a cluster. */
export interface SlurmRequest {
  readonly experiment: string;
  readonly profile: string;
  /** Training runs: the name that `train` takes, and the seed. */
  readonly runs: readonly { readonly name: string; readonly seed: number }[];
  /** Folder of the project, which every machine must see under this name. */
  readonly projectRoot: string;
  readonly experimentsDir: string;
  readonly resultsDir: string;
  /** Cores of each job. */
  readonly cpus: number;
  /** Options of sbatch for every job, and additional ones for the training runs. */
  readonly sbatch: string;
  readonly sbatchTrain: string;
}

/** Seconds before its time limit at which a training run gets the signal to save its state. */
const GRACE_SECONDS = 120;

/**
 * A shell script that submits an experiment to SLURM: one job that makes the data sets, one array
 * with a task for each training run, and one job that makes the table, each after the one before it
 * succeeded.
 *
 * Runs share only the results folder, where each writes into a folder of its own.
 *
 * @returns A bash script; it prints the ids of the jobs in one line.
 */
export function slurmScript(request: SlurmRequest): string {
  const { experiment, profile, runs } = request;
  const counted = runs.length === 1 ? '1 training run' : `${runs.length} training runs`;
  const stages = [
    `#!/usr/bin/env bash`,
    `# ${experiment} in profile ${profile}: the data sets, ${counted} as an array, then the table. From a login node:`,
    `#   npx blurcycle slurm ${experiment} --profile ${profile} | bash`,
    `# Submitted again it resumes: finished runs are kept, the others continue from their checkpoints.`,
    `set -euo pipefail`,
    `mkdir -p ${quote(logFolder(request))}`,
    ``,
  ];
  if (runs.length > 0) {
    stages.push(
      ...job(request, {
        name: 'data',
        variable: 'data',
        body: [command(request, `dataset ${experiment}`)],
      }),
      ...job(request, {
        name: 'train',
        variable: 'runs',
        after: 'data',
        options: [
          `--array=0-${runs.length - 1}`,
          `--signal=B:TERM@${GRACE_SECONDS}`,
          ...(request.sbatchTrain === '' ? [] : [request.sbatchTrain]),
        ],
        body: [
          `runs=(`,
          ...runs.map(({ name, seed }) => `  '${name} --seed ${seed}'`),
          `)`,
          // Another job may train the same run for another experiment.
          command(request, 'train ${runs[$SLURM_ARRAY_TASK_ID]} --wait'),
        ],
      }),
    );
  }
  stages.push(
    ...job(request, {
      name: 'table',
      variable: 'table',
      ...(runs.length > 0 ? { after: 'runs' } : {}),
      body: [command(request, `table ${experiment}`)],
    }),
    runs.length > 0 ? `echo "$data $runs $table"` : `echo "$table"`,
  );
  return stages.join('\n');
}

interface Job {
  readonly name: string;
  /** Shell variable that gets the id of the job. */
  readonly variable: string;
  /** Shell variable of the job that must have succeeded. */
  readonly after?: string;
  readonly options?: readonly string[];
  readonly body: readonly string[];
}

function job(request: SlurmRequest, { name, variable, after, options = [], body }: Job): string[] {
  const { experiment, projectRoot, cpus, sbatch } = request;
  const isArray = options.some((option) => option.startsWith('--array'));
  const all = [
    `--parsable`,
    `--job-name=${experiment}-${name}`,
    `--chdir=${quote(projectRoot)}`,
    `--output=${quote(join(logFolder(request), isArray ? '%x-%A_%a.log' : '%x-%j.log'))}`,
    `--open-mode=append`,
    // A task whose node dies starts again and goes on from its checkpoint, also where the cluster
    // would not do so by itself.
    `--requeue`,
    `--cpus-per-task=${cpus}`,
    ...(after === undefined ? [] : [`--dependency=afterok:$${after}`, `--kill-on-invalid-dep=yes`]),
    ...options,
    ...(sbatch === '' ? [] : [sbatch]),
  ];
  return [
    `${variable}=$(sbatch ${all.join(' \\\n  ')} <<'JOB'`,
    `#!/usr/bin/env bash`,
    ...body,
    `JOB`,
    `)`,
    ``,
  ];
}

/** Replaces the shell (exec), so that the signals of SLURM reach the command. */
function command(
  { profile, experimentsDir, resultsDir, cpus }: SlurmRequest,
  parameters: string,
): string {
  const folders = `--experiments-dir ${quote(experimentsDir)} --results-dir ${quote(resultsDir)}`;
  const threads = parameters.startsWith('dataset') ? '' : ` --threads ${cpus}`;
  return `exec node apps/experiments/bin/blurcycle.mjs ${parameters} --profile ${profile} ${folders}${threads}`;
}

export function logFolder({
  resultsDir,
  profile,
}: Pick<SlurmRequest, 'resultsDir' | 'profile'>): string {
  return join(resultsDir, profile, 'slurm');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
