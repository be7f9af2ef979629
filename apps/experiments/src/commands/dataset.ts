import { InputError } from '@blurcycle/core';
import {
  contentHash,
  type DatasetSettings,
  type ExperimentSet,
  listRuns,
  loadExperiments,
} from '@blurcycle/experiment';
import { makeFolders } from '@blurcycle/files';
import { defineCommand, EXPERIMENT, PROFILE_OPTIONS } from './commonOptions.ts';

/**
 * `blurcycle dataset <experiment>`: makes the data sets that the training runs of an experiment
 * need, one for each seed, unless they exist already.
 */
export const datasetCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', EXPERIMENT)
      .options(PROFILE_OPTIONS)
      .option('hash', {
        type: 'boolean',
        default: false,
        describe: 'only print the hash of the stacks that it reads, over all profiles',
      })
      .example('$0 dataset table1', 'the microtubules of Table I'),
  handler: async ({ experiment, profile, experimentsDir, resultsDir, hash }) => {
    const set = loadExperiments(experimentsDir);
    if (hash) {
      console.log(await hashOfStacks(set, experiment));
      return;
    }
    makeFolders(resultsDir, 'dataset', '--results-dir');
    const { prepareDataset } = await import('@blurcycle/pipeline');
    for (const settings of datasetsOf(set, experiment, profile)) {
      const { folder } = await prepareDataset(settings, {
        resultsDir,
        profile,
        say: (line) => console.error(line),
      });
      console.log(folder);
    }
  },
});

function datasetsOf(set: ExperimentSet, experiment: string, profile: string): DatasetSettings[] {
  const runs = listRuns(set, experiment, profile);
  return [
    ...new Map(
      runs.map(({ settings: { dataset } }) => [contentHash(dataset), dataset] as const),
    ).values(),
  ];
}

/**
 * What Nx compares to see whether stacks changed. Missing stacks count as a state, too: making the
 * data set then reports them.
 */
async function hashOfStacks(set: ExperimentSet, experiment: string): Promise<string> {
  const { hashSourceStacks } = await import('@blurcycle/pipeline');
  const found: unknown[] = [];
  for (const profile of Object.keys(set.profiles.content)) {
    for (const settings of datasetsOf(set, experiment, profile)) {
      try {
        found.push(await hashSourceStacks(settings));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        found.push(error.message);
      }
    }
  }
  return contentHash(found);
}
