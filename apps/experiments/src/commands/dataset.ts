import { contentHash, listRuns, loadExperiments } from '@blurcycle/experiment';
import type { CommandModule } from 'yargs';
import { withProfile, type ProfileArguments } from './commonOptions.ts';

interface DatasetArguments extends ProfileArguments {
  experiment: string;
}

/** `blurcycle dataset <experiment>`: makes the data sets that the training runs of an experiment need, or finds them made. */
export const datasetCommand: CommandModule<object, DatasetArguments> = {
  command: 'dataset <experiment>',
  describe: 'make the data sets that an experiment trains on',
  builder: (yargs) =>
    withProfile(yargs)
      .positional('experiment', { type: 'string', demandOption: true, describe: 'a file of experiments/' })
      .example('$0 dataset table1', 'the microtubules of Table I'),
  handler: async ({ experiment, profile, experimentsDir, resultsDir }) => {
    const runs = listRuns(loadExperiments(experimentsDir), experiment, profile);
    const datasets = new Map(runs.map(({ settings: { dataset } }) => [contentHash(dataset), dataset]));
    const { prepareDataset } = await import('../runs/prepareDataset.ts');
    for (const settings of datasets.values()) {
      const { folder } = await prepareDataset(settings, {
        resultsDir,
        profile,
        say: (line) => console.error(line),
      });
      console.log(folder);
    }
  },
};
