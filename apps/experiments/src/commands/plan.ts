import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import { planExperiment } from '@blurcycle/pipeline/plan';
import { defineCommand, EXPERIMENT, JSON_OPTION, PROFILE_OPTIONS } from './commonOptions.ts';

/**
 * `blurcycle plan <experiment>`: runs, tests and table, whether each can be used, and what changed
 * since where it cannot.
 */
export const planCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', EXPERIMENT)
      .options({ ...PROFILE_OPTIONS, ...JSON_OPTION })
      .example('$0 plan table1 --profile standard', 'what Table I still needs'),
  handler: async ({ experiment: name, profile, experimentsDir, resultsDir, json }) => {
    const experiment = resolveExperiment(loadExperiments(experimentsDir), name, profile);
    const steps = await planExperiment(experiment, resultsDir);
    if (json) {
      console.log(JSON.stringify({ experiment: name, profile, steps }, null, 2));
      return;
    }
    const width = Math.max(...steps.map((step) => step.name.length));
    for (const { kind, name: step, action, state, reason, precision } of steps) {
      const notes = [precision === 'bfloat16' ? precision : '', reason].filter(
        (note) => note !== '',
      );
      const line = `${action.padEnd(7)}  ${kind.padEnd(9)}  ${step.padEnd(width)}  ${state.padEnd(15)}  ${notes.join('; ')}`;
      console.log(line.trimEnd());
    }
    const runs = steps.filter(({ kind }) => kind === 'run');
    const todo = runs.filter(({ action }) => action === 'train').length;
    const isDone = steps.every(({ action }) => action === 'keep');
    const what = isDone ? 'nothing is to be done' : `${todo} of ${runs.length} runs to train`;
    console.log(`${what} for ${name} in profile ${profile}`);
  },
});
