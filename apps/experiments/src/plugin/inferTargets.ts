import { basename, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import {
  isExperimentFile,
  listRuns,
  loadExperiments,
  type ExperimentSet,
  type ResolvedRun,
} from '@blurcycle/experiment';
import type { CreateNodesResultV2, TargetConfiguration } from '@nx/devkit';
import { tableInputs, trainingInputs } from './trainingInputs.ts';

const CLI = 'node apps/experiments/bin/blurcycle.mjs';
const DEFAULT_PROFILE = 'quick';
const EXPERIMENTS_PROJECT = 'apps/experiments';
const REPORT_PROJECT = 'apps/report';

const TAKEN = ['all', 'typecheck', 'lint', 'test'];

type Targets = Record<string, TargetConfiguration>;

/**
 * The Nx targets of the experiment files: one for each training run, one for each table or figure, `dataset` and `all`.
 *
 * A run that several experiments need has one target. Profiles are the configurations of every target.
 *
 * @param files - Files of the experiments directory, from the project root.
 * @param root - Project root.
 */
export function inferTargets(files: readonly string[], root: string): CreateNodesResultV2 {
  const set = loadExperiments(join(root, 'experiments'));
  return files.map((file) => [file, { projects: projectsOf(set, file) }]);
}

function projectsOf(set: ExperimentSet, file: string): Record<string, { targets: Targets }> {
  if (basename(file) === '_defaults.yaml') {
    return {
      [EXPERIMENTS_PROJECT]: { targets: { all: allTarget(set) } },
      [REPORT_PROJECT]: { targets: { build: reportTarget(set) } },
    };
  }
  if (!isExperimentFile(file)) return {};
  const name = basename(file, '.yaml');
  if (TAKEN.includes(name) || name.startsWith('train-')) {
    throw new InputError(describeViolation(file, 'file name', 'not be that of another target', name));
  }
  return { [EXPERIMENTS_PROJECT]: { targets: experimentTargets(set, name, file) } };
}

function experimentTargets(set: ExperimentSet, name: string, file: string): Targets {
  const runsOfProfile = new Map(profilesOf(set).map((profile) => [profile, listRuns(set, name, profile)]));
  const runs = new Map([...runsOfProfile.values()].flat().map((run) => [run.id, run]));
  const targets: Targets = {};
  for (const run of runs.values()) {
    const profiles = [...runsOfProfile].filter(([, list]) => list.some(({ id }) => id === run.id));
    targets[`train-${run.id}`] = trainTarget(
      set,
      run,
      profiles.map(([profile]) => profile),
      file,
    );
  }
  targets[name] = {
    executor: 'nx:run-commands',
    dependsOn: [...runs.keys()].map((id) => `train-${id}`),
    cache: true,
    parallelism: false,
    inputs: tableInputs(file) as NonNullable<TargetConfiguration['inputs']>,
    outputs: [`{workspaceRoot}/results/{options.profile}/${name}`],
    options: { command: `${CLI} table ${name}` },
    ...configurations(set),
    metadata: { description: `${set.experiments.get(name)?.content.place}: table, figures and verdicts` },
  };
  return targets;
}

function trainTarget(
  set: ExperimentSet,
  run: ResolvedRun,
  profiles: readonly string[],
  file: string,
): TargetConfiguration {
  const { configurations: all, defaultConfiguration } = configurations(set);
  const name = run.id.replace(/-s\d+$/, '');
  const isVariant = name !== run.method;
  const directory = `{workspaceRoot}/results/{options.profile}/runs/${run.id}`;
  // What a table depends on cannot differ between configurations, so a seed that a profile does not have is an empty task.
  const skip = (profile: string) => ({ profile, command: `echo not part of this profile` });
  return {
    executor: 'nx:run-commands',
    cache: true,
    parallelism: false,
    inputs: trainingInputs(isVariant ? file : undefined) as NonNullable<TargetConfiguration['inputs']>,
    outputs: ['record.json', 'metrics.jsonl', 'model', 'predictions'].map((item) => `${directory}/${item}`),
    options: { command: `${CLI} train ${name} --seed ${run.seed}` },
    configurations: Object.fromEntries(
      Object.entries(all).map(([profile, options]) => [
        profile,
        profiles.includes(profile) ? options : skip(profile),
      ]),
    ),
    defaultConfiguration,
    metadata: { description: `train ${name} with seed ${run.seed}` },
  };
}

function allTarget(set: ExperimentSet): TargetConfiguration {
  return {
    executor: 'nx:noop',
    dependsOn: [...set.experiments.keys()],
    ...configurations(set),
    metadata: { description: 'every table and figure' },
  };
}

function reportTarget(set: ExperimentSet): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `${CLI} report` },
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
