import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeViolation, InputError } from '@blurcycle/core';
import {
  classicalRuns,
  contentHash,
  datasetOfSeed,
  getExperiment,
  isExperimentFile,
  listRuns,
  loadExperiments,
  resolveExperiment,
  resolveShared,
  runsOf,
  type ExperimentSet,
  type ResolvedRun,
} from '@blurcycle/experiment';
import type { CreateNodesResultV2, TargetConfiguration } from '@nx/devkit';
import { classicalTarget, CLI, dataTarget, nameOf, reportTarget, trainTarget } from './targets.ts';
import { tableInputs } from './trainingInputs.ts';

export const DEFAULT_PROFILE = 'quick';
const EXPERIMENTS_PROJECT = 'apps/experiments';
const REPORT_PROJECT = 'apps/report';

const TAKEN = ['all', 'data', 'typecheck', 'lint', 'test'];
/** What the names of other targets begin with. */
const TAKEN_STARTS = ['train-', 'data-', 'make-', 'classical-'];

type Targets = Record<string, TargetConfiguration>;
type Inputs = NonNullable<TargetConfiguration['inputs']>;

/**
 * The Nx targets of the experiment files: one for each data set, training run, the classical rows
 * of an experiment (`classical-table1`), its table or figure (`make-table1`), the same with the
 * report (`table1`), and `all`.
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
  const context = { set, sharedData: firstOnSharedData(set), tasksAtOnce: readParallel(root) };
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
  readonly tasksAtOnce: number;
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
  { set, sharedData, tasksAtOnce }: Context,
  name: string,
  file: string,
  profile: string,
): Targets {
  const experiment = resolveExperiment(set, name, profile);
  const runs = runsOf(experiment);
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
      ...trainTarget(run, isChanged ? files : [settingsFile], tasksAtOnce),
      dependsOn: [
        { target: inProfile(data, profile) },
        ...(run.first === null ? [] : [{ target: inProfile(`train-${run.first.id}`, profile) }]),
      ],
    };
  }
  const classical = classicalRuns(experiment);
  if (classical.length > 0) {
    const data = Object.keys(targets).filter((target) => !target.startsWith('train-'));
    targets[`classical-${name}`] = {
      ...classicalTarget(name, classical, files, tasksAtOnce),
      dependsOn: data.map((target) => ({ target: inProfile(target, profile) })),
    };
  }
  targets[`make-${name}`] = {
    executor: 'nx:run-commands',
    // Nx starts tasks that it has never timed in this order: the longest first, or two that run at
    // once end far apart.
    dependsOn: [
      ...[...runs].sort((a, b) => expectedWork(b) - expectedWork(a)).map(({ id }) => `train-${id}`),
      ...(classical.length === 0 ? [] : [`classical-${name}`]),
    ].map((target) => ({ target: inProfile(target, profile) })),
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
 * in each. A discriminator counts as a tenth of a pass; kernels are small beside both.
 */
function expectedWork({ settings: { method, training } }: ResolvedRun): number {
  const cycles = method.blurPath === 'none' || (method.cycles ?? 'both') !== 'both' ? 1 : 2;
  const passes = cycles * (method.blurPath === 'unet' ? 2 : 1);
  return training.updates * (passes + method.discriminators.length / 10);
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
