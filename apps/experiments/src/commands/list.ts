import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  experimentDirectory,
  isDone,
  loadExperiments,
  readTable,
  resolveExperiment,
  type Table,
  tallyClaims,
} from '@blurcycle/experiment';
import { planExperiment, type PlanStep } from '@blurcycle/pipeline/plan';
import { defineCommand, JSON_OPTION, PROFILE_OPTIONS } from './commonOptions.ts';

/** `blurcycle list`: every experiment, the states of its runs, tests and table, its verdicts. */
export const listCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .options({ ...PROFILE_OPTIONS, ...JSON_OPTION })
      .example('$0 list --profile standard', 'state of the reference results'),
  handler: async ({ profile, experimentsDir, resultsDir, json }) => {
    const set = loadExperiments(experimentsDir);
    const experiments = [];
    for (const name of set.experiments.keys()) {
      const experiment = resolveExperiment(set, name, profile);
      const steps = await planExperiment(experiment, resultsDir);
      const table = readTableIfWhole(
        join(experimentDirectory(resultsDir, profile, name), 'table.json'),
      );
      experiments.push({
        ...{ name, place: experiment.place, title: experiment.title },
        runs: countStates(steps, 'run'),
        tests: countStates(steps, 'test'),
        classical: countStates(steps, 'classical'),
        table: steps.find(({ kind }) => kind === 'table')?.state ?? 'missing',
        verdicts: table?.claims.map(({ id, kind, verdict }) => ({ id, kind, verdict })) ?? [],
      });
    }
    if (json) {
      console.log(JSON.stringify({ profile, experiments }, null, 2));
      return;
    }
    for (const { name, place, title, runs, tests, classical, table, verdicts } of experiments) {
      const parts = [
        ...describeStates(runs, 'runs'),
        ...describeStates(tests, 'tests'),
        ...describeStates(classical, 'classical results'),
        `table ${table}`,
        ...tallyClaims(verdicts).map(({ label, total, verdicts: reached }) => {
          const held = new Map(reached).get('reproduced') ?? 0;
          return `${held} of ${total} ${label} reproduced`;
        }),
      ];
      console.log(`${name}  ${place}: ${title}\n    ${profile}: ${parts.join(', ')}`);
    }
  },
});

/** A damaged table says nothing, and the other experiments have theirs. */
function readTableIfWhole(path: string): Table | undefined {
  try {
    return readTable(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(`warning: ${error.message}`);
    return undefined;
  }
}

/** How many results are in which state; those that are proved are done too. */
type States = Readonly<
  Record<'total' | 'done' | 'proved' | 'stale' | 'failed' | 'missing', number>
>;

function countStates(steps: readonly PlanStep[], kind: PlanStep['kind']): States {
  const states = steps.filter((step) => step.kind === kind).map(({ state }) => state);
  const count = (wanted: PlanStep['state']): number =>
    states.filter((state) => state === wanted).length;
  return {
    total: states.length,
    ...{
      done: states.filter((state) => isDone({ state })).length,
      proved: count('done and proved'),
      stale: count('stale'),
      failed: count('failed'),
      missing: count('missing'),
    },
  };
}

/** `24 of 25 runs done (24 proved, 1 stale)`; nothing where there are none. */
function describeStates(states: States, what: string): string[] {
  if (states.total === 0) return [];
  const named = (['proved', 'stale', 'failed', 'missing'] as const)
    .filter((state) => states[state] > 0)
    .map((state) => `${states[state]} ${state}`);
  const details = named.length === 0 ? '' : ` (${named.join(', ')})`;
  return [`${states.done} of ${states.total} ${what} done${details}`];
}
