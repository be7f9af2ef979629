import { classicalRuns, listRuns, loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import type { CommandModule } from 'yargs';
import { classicalState } from '../classical/classicalState.ts';
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
    const set = loadExperiments(experimentsDir);
    const runs = listRuns(set, experiment, profile).map((run) => ({
      run: run.id,
      key: run.key,
      ...runState(run, resultsDir, sources),
    }));
    const classical: typeof runs = [];
    for (const { id: run, key, ...rest } of classicalRuns(resolveExperiment(set, experiment, profile))) {
      const { state, reason } = await classicalState({ id: run, key, ...rest }, resultsDir);
      classical.push({ run, key, state, reason });
    }
    if (json) {
      console.log(JSON.stringify({ experiment, profile, runs, classical }, null, 2));
      return;
    }
    const width = Math.max(0, ...[...runs, ...classical].map(({ run }) => run.length));
    const show = (action: string, { run, state, reason }: (typeof runs)[number]): void => {
      const shown = state === 'done' ? 'keep' : action;
      console.log(`${shown.padEnd(7)}  ${run.padEnd(width)}  ${state.padEnd(7)}  ${reason}`.trimEnd());
    };
    for (const run of runs) show('train', run);
    for (const run of classical) show('compute', run);
    const countTodo = (list: typeof runs): number => list.filter(({ state }) => state !== 'done').length;
    const computed =
      classical.length === 0
        ? ''
        : `, ${countTodo(classical)} of ${classical.length} classical methods to compute`;
    console.log(
      `${countTodo(runs)} of ${runs.length} runs to train${computed} for ${experiment} in profile ${profile}`,
    );
  },
};
