import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import {
  contentHash,
  isExperimentFile,
  listRuns,
  loadExperiments,
  resolveShared,
  type ExperimentSet,
  type ResolvedRun,
} from '@blurcycle/experiment';
import type { CreateNodesResultV2, TargetConfiguration } from '@nx/devkit';
import { tableInputs, trainingInputs } from './trainingInputs.ts';

const CLI = 'node apps/experiments/bin/blurcycle.mjs';
const DEFAULT_PROFILE = 'quick';
const EXPERIMENTS_PROJECT = 'apps/experiments';
const REPORT_PROJECT = 'apps/report';

const TAKEN = ['all', 'data', 'typecheck', 'lint', 'test'];
/** What the names of other targets begin with. */
const TAKEN_STARTS = ['train-', 'data-', 'make-'];

type Targets = Record<string, TargetConfiguration>;

/**
 * The Nx targets of the experiment files: one for each data set, training run, table or figure
 * (`make-table1`), the same with the report (`table1`), and `all`.
 *
 * A run that several experiments need has one target. Profiles are the configurations of every
 * target.
 *
 * @param files - Files of the experiments directory, from the project root.
 * @param root - Project root.
 */
export function inferTargets(files: readonly string[], root: string): CreateNodesResultV2 {
  const set = loadExperiments(join(root, 'experiments'));
  const shared = { data: dataTarget(set, firstOnSharedData(set)), runsAtOnce: readParallel(root) };
  return files.map((file) => [file, { projects: projectsOf(set, file, shared) }]);
}

/** How many tasks Nx runs at once. */
function readParallel(root: string): number {
  const { parallel = 1 } = JSON.parse(readFileSync(join(root, 'nx.json'), 'utf8')) as {
    parallel?: number;
  };
  return parallel;
}

/** What is the same for all experiments. */
interface Shared {
  readonly data: TargetConfiguration;
  readonly runsAtOnce: number;
}

function projectsOf(
  set: ExperimentSet,
  file: string,
  shared: Shared,
): Record<string, { targets: Targets }> {
  if (basename(file) === '_defaults.yaml') {
    return {
      [EXPERIMENTS_PROJECT]: { targets: { all: allTarget(set) } },
      [REPORT_PROJECT]: { targets: { build: reportTarget(set) } },
    };
  }
  if (!isExperimentFile(file)) return {};
  const name = basename(file, '.yaml');
  if (TAKEN.includes(name) || TAKEN_STARTS.some((start) => name.startsWith(start))) {
    throw new InputError(
      describeViolation(file, 'file name', 'not be that of another target', name),
    );
  }
  return { [EXPERIMENTS_PROJECT]: { targets: experimentTargets(set, name, file, shared) } };
}

function experimentTargets(
  set: ExperimentSet,
  name: string,
  file: string,
  shared: Shared,
): Targets {
  const runsOfProfile = new Map(
    profilesOf(set).map((profile) => [profile, listRuns(set, name, profile)]),
  );
  const runs = new Map([...runsOfProfile.values()].flat().map((run) => [run.id, run]));
  const targets: Targets = {};
  const stacks = stackInputs(name, [...runs.values()]);
  for (const run of runs.values()) {
    const profiles = [...runsOfProfile].filter(([, list]) => list.some(({ id }) => id === run.id));
    const own = ownData(set, run);
    const data = own ? `data-${name}` : 'data';
    targets[data] ??= own ? dataTarget(set, name, file) : shared.data;
    targets[`train-${run.id}`] = {
      ...trainTarget(
        set,
        run,
        profiles.map(([profile]) => profile),
        file,
        shared.runsAtOnce,
      ),
      dependsOn: [data],
    };
  }
  targets[`make-${name}`] = {
    executor: 'nx:run-commands',
    dependsOn: [...runs.keys()].map((id) => `train-${id}`),
    cache: true,
    parallelism: false,
    inputs: tableInputs(file) as NonNullable<TargetConfiguration['inputs']>,
    outputs: [`{workspaceRoot}/results/{options.profile}/${name}`],
    options: { command: `${CLI} table ${name} --no-report` },
    ...configurations(set),
    metadata: {
      description: `${set.experiments.get(name)?.content.place}: table, figures and verdicts`,
    },
  };
  const withStacks = Object.entries(targets).map(([id, target]) => [
    id,
    { ...target, inputs: [...(target.inputs ?? []), ...stacks] },
  ]);
  return {
    ...(Object.fromEntries(withStacks) as Targets),
    [name]: {
      ...reportTarget(set, ` ${name}`),
      dependsOn: [`make-${name}`],
      metadata: { description: `${set.experiments.get(name)?.content.place}, and the HTML report` },
    },
  };
}

/** Stacks that an experiment reads may lie anywhere, so Nx asks for their hash. */
function stackInputs(name: string, runs: readonly ResolvedRun[]): { runtime: string }[] {
  const reads = runs.some(({ settings }) => settings.dataset.kind === 'tiff-folders');
  return reads ? [{ runtime: `${CLI} dataset ${name} --hash` }] : [];
}

/** Whether a run is trained on other data than the defaults of its profile. */
function ownData(set: ExperimentSet, { profile, settings }: ResolvedRun): boolean {
  return contentHash(settings.dataset) !== contentHash(resolveShared(set, profile).dataset);
}

/**
 * An experiment that trains on the data of the defaults: what is simulated for it serves all others
 * that do.
 */
function firstOnSharedData(set: ExperimentSet): string {
  const trains = (name: string): boolean =>
    listRuns(set, name, DEFAULT_PROFILE).some((run) => !ownData(set, run));
  return [...set.experiments.keys()].find(trains) ?? '';
}

/**
 * The data set is found again by its content, and training makes what is missing: Nx has nothing to
 * store.
 */
function dataTarget(set: ExperimentSet, experiment: string, file?: string): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    cache: true,
    parallelism: false,
    inputs: trainingInputs(file) as NonNullable<TargetConfiguration['inputs']>,
    outputs: [],
    options: { command: `${CLI} dataset ${experiment}` },
    ...configurations(set),
    metadata: { description: 'simulate the volumes to train on and to test' },
  };
}

function trainTarget(
  set: ExperimentSet,
  run: ResolvedRun,
  profiles: readonly string[],
  file: string,
  runsAtOnce: number,
): TargetConfiguration {
  const { configurations: all, defaultConfiguration } = configurations(set);
  const name = run.id.replace(/-s\d+$/, '');
  const isVariant = name !== run.method;
  const directory = `{workspaceRoot}/results/{options.profile}/runs/${run.id}`;
  // What a table depends on cannot differ between configurations, so a seed that a profile does not
  // have is an empty task, for which Nx starts nothing.
  const skip = (profile: string) => ({ profile, commands: [] });
  const command = `${CLI} train ${name} --seed ${run.seed}`;
  return {
    executor: 'nx:run-commands',
    cache: true,
    inputs: trainingInputs(isVariant ? file : undefined) as NonNullable<
      TargetConfiguration['inputs']
    >,
    outputs: ['record.json', 'metrics.jsonl', 'model', 'predictions'].map(
      (item) => `${directory}/${item}`,
    ),
    // Two runs on a thread each get through more than one after the other on two.
    options: { env: { BLURCYCLE_RUNS_AT_ONCE: String(runsAtOnce) } },
    configurations: Object.fromEntries(
      Object.entries(all).map(([profile, options]) => [
        profile,
        profiles.includes(profile) ? { ...options, command } : skip(profile),
      ]),
    ),
    defaultConfiguration,
    metadata: { description: `train ${name} with seed ${run.seed}` },
  };
}

/** Every table, then one report of all of them. */
function allTarget(set: ExperimentSet): TargetConfiguration {
  return {
    ...reportTarget(set),
    dependsOn: [...set.experiments.keys()].map((name) => `make-${name}`),
    metadata: { description: 'every table and figure, and the HTML report' },
  };
}

/**
 * Made anew whenever it is asked for, because it shows all results of the profile, also those that
 * this task does not depend on.
 *
 * @param parameters - What follows the command.
 */
function reportTarget(set: ExperimentSet, parameters = ''): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `${CLI} report${parameters}` },
    ...configurations(set),
    metadata: { description: 'the HTML report of the results that are there' },
  };
}

function profilesOf(set: ExperimentSet): string[] {
  return Object.keys(set.profiles.content);
}

function configurations(set: ExperimentSet): {
  configurations: Record<string, { profile: string }>;
  defaultConfiguration: string;
} {
  return {
    configurations: Object.fromEntries(profilesOf(set).map((profile) => [profile, { profile }])),
    defaultConfiguration: DEFAULT_PROFILE,
  };
}
