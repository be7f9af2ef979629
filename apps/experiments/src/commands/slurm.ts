import { resolve } from 'node:path';
import { assertRange, InputError } from '@blurcycle/core';
import { loadExperiments, resolveExperiment, runsOf } from '@blurcycle/experiment';
import { PROJECT_ROOT } from '@blurcycle/files';
import { defineCommand, EXPERIMENT, type OptionGroup, PROFILE_OPTIONS } from './commonOptions.ts';
import { kubernetesJob } from './slurm/kubernetesJob.ts';
import { slurmScript } from './slurm/slurmScript.ts';
import { submitJobs, submitUntilDone } from './slurm/watchJobs.ts';
import { verifyResults } from './verify.ts';

const OPTIONS = {
  ...PROFILE_OPTIONS,
  cpus: { type: 'number', default: 2, describe: 'cores of each job' },
  sbatch: {
    type: 'string',
    default: '',
    describe: 'options of sbatch for every job',
    coerce: oneLine('--sbatch'),
  },
  'sbatch-train': {
    type: 'string',
    default: '',
    describe: 'additional options of sbatch for the training runs',
    coerce: oneLine('--sbatch-train'),
  },
  for: {
    choices: ['slurm', 'kubernetes'],
    default: 'slurm',
    describe: 'a script for SLURM, or the manifest of an indexed Job',
  },
  image: { type: 'string', default: 'node:20', describe: 'kubernetes: container image' },
  claim: {
    type: 'string',
    default: 'blurcycle',
    describe: 'kubernetes: PersistentVolumeClaim that holds the project',
  },
  submit: { type: 'boolean', default: false, describe: 'submit the jobs, print their ids' },
  wait: {
    type: 'boolean',
    default: false,
    describe: 'with --submit: submit again what ended early, until the table is there; verify it',
  },
  'every-seconds': { type: 'number', default: 30, describe: 'how often --wait asks the queue' },
} as const satisfies OptionGroup;

/** `blurcycle slurm <experiment>`: the script that submits an experiment to a cluster. */
export const slurmCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', EXPERIMENT)
      .options(OPTIONS)
      .example('$0 slurm table1 --profile standard | bash', 'submit Table I')
      .example(
        "$0 slurm table1 --profile paper --sbatch-train='--gpus=1 --time=24:00:00' | bash",
        'one GPU for each training run',
      )
      .example(
        '$0 slurm table1 --profile standard --submit --wait',
        'submit until the table is there, then verify it',
      )
      .example(
        '$0 slurm table1 --profile standard --for kubernetes | kubectl apply -f -',
        'the same on Kubernetes',
      ),
  handler: async (args) => {
    const { experiment: name, profile, experimentsDir, submit, wait, everySeconds } = args;
    const { cpus, sbatch, sbatchTrain } = args;
    assertRange(
      Number.isSafeInteger(cpus) && cpus > 0,
      'slurm',
      '--cpus',
      'be a positive integer',
      cpus,
    );
    assertRange(everySeconds > 0, 'slurm', '--every-seconds', 'be above 0', everySeconds);
    if (wait && !submit)
      throw new InputError('slurm: --wait must come with --submit, got it alone');
    const experiment = resolveExperiment(loadExperiments(experimentsDir), name, profile);
    const resultsDir = resolve(args.resultsDir);
    const work = {
      experiment: name,
      profile,
      runs: runsOf(experiment).map(({ id, seed }) => ({ name: id.replace(/-s\d+$/, ''), seed })),
      projectRoot: PROJECT_ROOT,
      experimentsDir: resolve(experimentsDir),
      resultsDir,
      cpus,
    };
    if (args.for === 'kubernetes') {
      if (submit) {
        throw new InputError(
          'slurm: --submit must go with SLURM, got --for kubernetes (pipe the manifest into kubectl apply -f -)',
        );
      }
      console.log(kubernetesJob({ ...work, image: args.image, claim: args.claim }));
      return;
    }
    const script = slurmScript({ ...work, sbatch, sbatchTrain });
    if (!submit) {
      console.log(script);
      return;
    }
    if (!wait) {
      console.log(submitJobs(script).join(' '));
      return;
    }
    const say = (line: string): void => console.error(line);
    await submitUntilDone({ experiment, resultsDir, script, everySeconds, say });
    await verifyResults(experiment, resultsDir, false);
    console.log(`report: ${resultsDir}/${profile}/report.html`);
  },
});

function oneLine(option: string) {
  return (text: string): string => {
    assertRange(!text.includes('\n'), 'slurm', option, 'be one line', text);
    return text.trim();
  };
}
