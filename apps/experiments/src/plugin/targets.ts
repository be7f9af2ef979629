import { classicalDirectory, type ClassicalRun, type ResolvedRun } from '@blurcycle/experiment';
import type { TargetConfiguration } from '@nx/devkit';
import { classicalInputs, trainingInputs } from './trainingInputs.ts';

export const CLI = 'node apps/experiments/bin/blurcycle.mjs';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** Two tasks on a thread each get through more than one after the other on two. */
function sharedCores(tasksAtOnce: number): Record<string, string> {
  return { BLURCYCLE_RUNS_AT_ONCE: String(tasksAtOnce) };
}

/**
 * The data set is found again by its content, and training makes what is missing: Nx has nothing to
 * store.
 */
export function dataTarget(experiment: string, files?: readonly string[]): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    cache: true,
    parallelism: false,
    inputs: trainingInputs(files) as Inputs,
    outputs: [],
    options: { command: `${CLI} dataset ${experiment}` },
    metadata: { description: 'simulate the volumes to train on and to test' },
  };
}

/** What stands before the seed in the id of a run. */
export function nameOf({ id }: ResolvedRun): string {
  return id.replace(/-s\d+$/, '');
}

export function trainTarget(
  run: ResolvedRun,
  files: readonly string[],
  tasksAtOnce: number,
): TargetConfiguration {
  const name = nameOf(run);
  const isVariant = name !== run.method;
  const directory = `{workspaceRoot}/results/{options.profile}/runs/${run.id}`;
  return {
    executor: 'nx:run-commands',
    cache: true,
    inputs: trainingInputs(isVariant ? files : []) as Inputs,
    outputs: ['record.json', 'scores.json', 'metrics.jsonl', 'model', 'predictions'].map(
      (item) => `${directory}/${item}`,
    ),
    options: {
      command: `${CLI} train ${name} --seed ${run.seed} --wait`,
      env: sharedCores(tasksAtOnce),
    },
    metadata: { description: `train ${name} with seed ${run.seed}` },
  };
}

/**
 * The classical rows of an experiment. Other experiments may have the same: what is there is kept.
 *
 * @param files - That declare the rows.
 */
export function classicalTarget(
  experiment: string,
  runs: readonly ClassicalRun[],
  files: readonly string[],
  tasksAtOnce: number,
): TargetConfiguration {
  const folders = runs.map(({ method, key }) =>
    classicalDirectory('{workspaceRoot}/results', '{options.profile}', method, key),
  );
  return {
    executor: 'nx:run-commands',
    cache: true,
    inputs: classicalInputs(files) as Inputs,
    outputs: [...new Set(folders)],
    options: { command: `${CLI} classical ${experiment}`, env: sharedCores(tasksAtOnce) },
    metadata: { description: 'the classical methods on the test volumes' },
  };
}

/**
 * Made anew whenever it is asked for, because it shows all results of the profile, also those that
 * this task does not depend on.
 *
 * @param parameters - What follows the command.
 */
export function reportTarget(parameters: string): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `${CLI} report${parameters}` },
    metadata: { description: 'the HTML report of the available results' },
  };
}
