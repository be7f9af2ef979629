import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import { makeFolders } from '@blurcycle/files';
import { COMPUTE_OPTIONS, defineCommand, EXPERIMENT, PROFILE_OPTIONS } from './commonOptions.ts';
import { createProgress } from './progress.ts';

/**
 * `blurcycle classical <experiment>`: the classical methods of an experiment on its test volumes.
 * `table` does the same for what is missing; this can go on while networks are trained.
 */
export const classicalCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', EXPERIMENT)
      .options({ ...PROFILE_OPTIONS, ...COMPUTE_OPTIONS })
      .example('$0 classical table1', 'Richardson-Lucy and others on the microtubules of Table I'),
  handler: async ({ experiment: name, experimentsDir, profile, ...options }) => {
    const experiment = resolveExperiment(loadExperiments(experimentsDir), name, profile);
    makeFolders(options.resultsDir, 'classical', '--results-dir');
    const { computeClassicalRows } = await import('@blurcycle/pipeline');
    await computeClassicalRows(experiment, { ...options, progress: createProgress });
  },
});
