import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import {
  contentHash,
  datasetOfSeed,
  getExperiment,
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
export const DEFAULT_PROFILE = 'quick';
const EXPERIMENTS_PROJECT = 'apps/experiments';
const REPORT_PROJECT = 'apps/report';

const TAKEN = ['all', 'data', 'typecheck', 'lint', 'test'];
/** What the names of other targets begin with. */
const TAKEN_STARTS = ['train-', 'data-', 'make-'];

type Targets = Record<string, TargetConfiguration>;
type Inputs = NonNullable<TargetConfiguration['inputs']>;

/**
 * The Nx targets of the experiment files: one for each data set, training run, table or figure
 * (`make-table1`), the same with the report (`table1`), and `all`.
 *
 * A run that several experiments need has one target. What a target depends on cannot differ
 * between configurations, and profiles have different seeds, so every profile has targets of its
 * own: `table1:standard`. Nx finds them where it looks for configurations,
 * `nx run experiments:table1:standard`. Targets without a profile are those of the default one.
 *
 * @param files - Files of the experiments directory, from the project root.
 * @param root - Project root.
 */
export function inferTargets(files: readonly string[], root: string): CreateNodesResultV2 {
  const set = loadExperiments(join(root, 'experiments'));
  const context = { set, sharedData: firstOnSharedData(set), runsAtOnce: readParallel(root) };
  return files.map((file) => [file, { projects: projectsOf(context, file) }]);
}

/** How many tasks Nx runs at once. */
function readParallel(root: string): number {
  const { parallel = 1 } = JSON.parse(readFileSync(join(root, 'nx.json'), 'utf8')) as {
    parallel?: number;
  };
  return parallel;
}

/** What is the same for all experiments. */
interface Context {
  readonly set: ExperimentSet;
  /** An experiment that trains on the data of the defaults. */
  readonly sharedData: string;
  readonly runsAtOnce: number;
}

function projectsOf(context: Context, file: string): Record<string, { targets: Targets }> {
  const { set } = context;
  if (basename(file) === '_defaults.yaml') {
    return {
      [EXPERIMENTS_PROJECT]: { targets: forEachProfile(set, (profile) => allTarget(set, profile)) },
      [REPORT_PROJECT]: {
        targets: forEachProfile(set, () => ({ build: reportTarget('') })),
      },
    };
  }
  if (!isExperimentFile(file)) return {};
  const name = basename(file, '.yaml');
  if (TAKEN.includes(name) || TAKEN_STARTS.some((start) => name.startsWith(start))) {
    throw new InputError(
      describeViolation(file, 'file name', 'not be that of another target', name),
    );
  }
  const targets = forEachProfile(set, (profile) => experimentTargets(context, name, file, profile));
  return { [EXPERIMENTS_PROJECT]: { targets } };
}

/**
 * Targets of all profiles: `<name>` for the default one, as its configuration, and
 * `<name>:<profile>` for the others.
 */
function forEachProfile(set: ExperimentSet, targetsOf: (profile: string) => Targets): Targets {
  const all: Targets = {};
  for (const profile of Object.keys(set.profiles.content)) {
    for (const [name, target] of Object.entries(targetsOf(profile))) {
      all[inProfile(name, profile)] =
        profile === DEFAULT_PROFILE
          ? {
              ...target,
              configurations: { [profile]: { profile } },
              defaultConfiguration: profile,
            }
          : { ...target, options: { ...(target.options as object), profile } };
    }
  }
  return all;
}

function inProfile(target: string, profile: string): string {
  return profile === DEFAULT_PROFILE ? target : `${target}:${profile}`;
}

/** Targets of one experiment in one profile, under their names without the profile. */
function experimentTargets(
  { set, sharedData, runsAtOnce }: Context,
  name: string,
  file: string,
  profile: string,
): Targets {
  const runs = listRuns(set, name, profile);
  const targets: Targets = {};
  const { content } = getExperiment(set, name);
  const { like = name } = content;
  const stacks = stackInputs(like, runs);
  const settingsFile = join(dirname(file), `${like}.yaml`);
  const files = like === name ? [file] : [settingsFile, file];
  const changed = content.rows
    .filter(({ settings }) => settings !== undefined)
    .map(({ id, method }) => `${id ?? method}-${like}`);
  for (const run of runs) {
    const own = ownData(set, run);
    const data = own ? `data-${like}` : 'data';
    targets[data] ??= own ? dataTarget(like, [settingsFile]) : dataTarget(sharedData);
    const isChanged = changed.includes(nameOf(run));
    targets[`train-${run.id}`] = {
      ...trainTarget(run, isChanged ? files : [settingsFile], runsAtOnce),
      dependsOn: [
        { target: inProfile(data, profile) },
        ...(run.first === null ? [] : [{ target: inProfile(`train-${run.first.id}`, profile) }]),
      ],
    };
  }
  targets[`make-${name}`] = {
    executor: 'nx:run-commands',
    // Nx starts tasks that it has never timed in this order: the longest first, or two that run at
    // once end far apart.
    dependsOn: [...runs]
      .sort((a, b) => expectedWork(b) - expectedWork(a))
      .map(({ id }) => ({ target: inProfile(`train-${id}`, profile) })),
    cache: true,
    parallelism: false,
    inputs: tableInputs(files) as Inputs,
    outputs: [`{workspaceRoot}/results/{options.profile}/${name}`],
    options: { command: `${CLI} table ${name} --no-report` },
    metadata: { description: `${content.place}: table, figures and verdicts` },
  };
  for (const target of Object.values(targets)) {
    target.inputs = [...(target.inputs ?? []), ...stacks];
  }
  return {
    ...targets,
    [name]: {
      ...reportTarget(` ${name}`),
      dependsOn: [{ target: inProfile(`make-${name}`, profile) }],
      metadata: { description: `${content.place}, and the HTML report` },
    },
  };
}

/**
 * How long a run trains against others of its profile: its updates times the passes through a U-Net
 * in each. Discriminators and kernels are small beside those.
 */
function expectedWork({ settings: { method, training } }: ResolvedRun): number {
  const cycles = method.blurPath === 'none' || method.cycles === 'sharp' ? 1 : 2;
  return training.updates * cycles * (method.blurPath === 'unet' ? 2 : 1);
}

/** Stacks that an experiment reads may lie anywhere, so Nx asks for their hash. */
function stackInputs(name: string, runs: readonly ResolvedRun[]): { runtime: string }[] {
  const reads = runs.some(({ settings }) => settings.dataset.kind === 'tiff-folders');
  return reads ? [{ runtime: `${CLI} dataset ${name} --hash` }] : [];
}

/** Whether a run is trained on other data than the defaults of its profile and seed. */
function ownData(set: ExperimentSet, { profile, seed, settings }: ResolvedRun): boolean {
  const shared = datasetOfSeed(resolveShared(set, profile).dataset, seed);
  return contentHash(settings.dataset) !== contentHash(shared);
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
function dataTarget(experiment: string, files?: readonly string[]): TargetConfiguration {
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
function nameOf({ id }: ResolvedRun): string {
  return id.replace(/-s\d+$/, '');
}

function trainTarget(
  run: ResolvedRun,
  files: readonly string[],
  runsAtOnce: number,
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
      // Two runs on a thread each get through more than one after the other on two.
      env: { BLURCYCLE_RUNS_AT_ONCE: String(runsAtOnce) },
    },
    metadata: { description: `train ${name} with seed ${run.seed}` },
  };
}

/** Every table, then one report of all of them. */
function allTarget(set: ExperimentSet, profile: string): Targets {
  return {
    all: {
      ...reportTarget(''),
      dependsOn: [...set.experiments.keys()].map((name) => ({
        target: inProfile(`make-${name}`, profile),
      })),
      metadata: { description: 'every table and figure, and the HTML report' },
    },
  };
}

/**
 * Made anew whenever it is asked for, because it shows all results of the profile, also those that
 * this task does not depend on.
 *
 * @param parameters - What follows the command.
 */
function reportTarget(parameters: string): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `${CLI} report${parameters}` },
    metadata: { description: 'the HTML report of the available results' },
  };
}
