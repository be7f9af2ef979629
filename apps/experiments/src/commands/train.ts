import { findRun, loadExperiments } from '@blurcycle/experiment';
import { COMPUTE_OPTIONS, defineCommand, PROFILE_OPTIONS, TIME_OPTION } from './commonOptions.ts';
import { createProgress } from './progress.ts';

/**
 * `blurcycle train <method>`: one training run, resumed from its checkpoint if there is one.
 */
export const trainCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('method', {
        type: 'string',
        demandOption: true,
        describe:
          'a method of methods.yaml, or a row of an experiment that has settings of its own',
      })
      .options({ ...PROFILE_OPTIONS, ...COMPUTE_OPTIONS, ...TIME_OPTION })
      .option('seed', {
        type: 'number',
        demandOption: true,
        describe: 'seed of weights, sampling and data; from 100 on for choosing settings',
      })
      .option('resume', {
        type: 'boolean',
        default: true,
        describe: 'resume from the last checkpoint',
      })
      .option('restart', { type: 'boolean', default: false, describe: 'start over' })
      .option('wait', {
        type: 'boolean',
        default: false,
        describe: 'wait for another process that is at the same run, instead of refusing',
      })
      .example('$0 train proposed --seed 0 --profile quick', 'train the blind method'),
  handler: async ({ experimentsDir, method, profile, seed, ...options }) => {
    const run = findRun(loadExperiments(experimentsDir), method, profile, seed);
    const { trainRun } = await import('@blurcycle/pipeline');
    const record = await trainRun(run, { ...options, progress: createProgress });
    if (record.status === 'failed') throw new Error(`${run.id}: ${record.error ?? 'failed'}`);
  },
});
