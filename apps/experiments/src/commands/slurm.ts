import { resolve } from 'node:path';
import { assertRange } from '@blurcycle/core';
import { listRuns, loadExperiments } from '@blurcycle/experiment';
import type { Argv, CommandModule } from 'yargs';
import { PROJECT_ROOT } from '../projectPaths.ts';
import { slurmScript } from '../slurm/slurmScript.ts';
import { withProfile, type ProfileArguments } from './commonOptions.ts';

interface SlurmArguments extends ProfileArguments {
  experiment: string;
  cpus: number;
  sbatch: string;
  sbatchTrain: string;
}

/** `blurcycle slurm <experiment>`: the script that hands an experiment to a cluster. */
export const slurmCommand: CommandModule<object, SlurmArguments> = {
  command: 'slurm <experiment>',
  describe: 'a script that runs an experiment on a SLURM cluster',
  builder: (yargs) => {
    const extended = withProfile(yargs)
      .positional('experiment', {
        type: 'string',
        demandOption: true,
        describe: 'a file of experiments/',
      })
      .option('cpus', { type: 'number', default: 2, describe: 'cores of each job' })
      .option('sbatch', {
        type: 'string',
        default: '',
        describe: 'options of sbatch for every job',
        coerce: oneLine('--sbatch'),
      })
      .option('sbatch-train', {
        type: 'string',
        default: '',
        describe: 'options of sbatch for the training runs besides',
        coerce: oneLine('--sbatch-train'),
      })
      .example('$0 slurm table1 --profile standard | bash', 'submit Table I')
      .example(
        "$0 slurm table1 --profile paper --sbatch-train='--gpus=1 --time=24:00:00' | bash",
        'one GPU for each training run',
      );
    // yargs also gives each option its camel-cased name, which its types do not say.
    return extended as unknown as Argv<SlurmArguments>;
  },
  handler: ({ experiment, profile, experimentsDir, resultsDir, cpus, sbatch, sbatchTrain }) => {
    assertRange(
      Number.isSafeInteger(cpus) && cpus > 0,
      'slurm',
      '--cpus',
      'be a positive integer',
      cpus,
    );
    const runs = listRuns(loadExperiments(experimentsDir), experiment, profile);
    console.log(
      slurmScript({
        experiment,
        profile,
        runs: runs.map(({ id, seed }) => ({ name: id.replace(/-s\d+$/, ''), seed })),
        projectRoot: PROJECT_ROOT,
        experimentsDir: resolve(experimentsDir),
        resultsDir: resolve(resultsDir),
        cpus,
        sbatch,
        sbatchTrain,
      }),
    );
  },
};

function oneLine(option: string) {
  return (text: string): string => {
    assertRange(!text.includes('\n'), 'slurm', option, 'be one line', text);
    return text.trim();
  };
}
