import { listRuns, loadExperiments } from '@blurcycle/experiment';
import type { CommandModule } from 'yargs';
import { runState } from '../runState.ts';
import { readSourceHash } from '../runs/sourceHash.ts';
import { withJson, withProfile, type ProfileArguments } from './commonOptions.ts';

interface PlanArguments extends ProfileArguments {
  experiment: string;
  json: boolean;
}

/** `blurcycle plan <experiment>`: every run, whether its results can be used, and what changed since where they cannot. */
export const planCommand: CommandModule<object, PlanArguments> = {
  command: 'plan <experiment>',
  describe: 'what would run and why',
  builder: (yargs) =>
    withJson(withProfile(yargs))
      .positional('experiment', { type: 'string', demandOption: true, describe: 'a file of experiments/' })
      .example('$0 plan table1 --profile standard', 'what Table I still needs'),
  handler: async ({ experiment, profile, experimentsDir, resultsDir, json }) => {
    const sources = await readSourceHash();
    const runs = listRuns(loadExperiments(experimentsDir), experiment, profile).map((run) => ({
      run: run.id,
      key: run.key,
      ...runState(run, resultsDir, sources),
    }));
    if (json) {
      console.log(JSON.stringify({ experiment, profile, runs }, null, 2));
      return;
    }
    const width = Math.max(...runs.map(({ run }) => run.length));
    for (const { run, state, reason } of runs) {
      const action = state === 'done' ? 'keep ' : 'train';
      console.log(`${action}  ${run.padEnd(width)}  ${state.padEnd(7)}  ${reason}`.trimEnd());
    }
    const todo = runs.filter(({ state }) => state !== 'done').length;
    console.log(`${todo} of ${runs.length} runs to train for ${experiment} in profile ${profile}`);
  },
};
