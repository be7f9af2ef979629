import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import type { ExperimentSet } from '../files/loadExperiments.ts';
import type { ResolvedRun } from '../settings/runSettings.ts';
import { type ResolvedExperiment, resolveExperiment } from './resolveExperiment.ts';
import { resolveRun, suffixOf } from './resolveRun.ts';

/**
 * The runs that an experiment needs, each once; one that another takes its kernel from stands
 * before it.
 */
export function listRuns(
  set: ExperimentSet,
  name: string,
  profile: string,
): readonly ResolvedRun[] {
  return runsOf(resolveExperiment(set, name, profile));
}

/** The runs of an experiment, as `listRuns` gives them. */
export function runsOf({ rows }: Pick<ResolvedExperiment, 'rows'>): readonly ResolvedRun[] {
  const runs = rows.flatMap((row) => row.runs);
  return distinctRuns(runs.flatMap((run) => (run.first === null ? [run] : [run.first, run])));
}

/** The runs of all experiments, each once, in the order of the experiments' names. */
export function listAllRuns(set: ExperimentSet, profile: string): readonly ResolvedRun[] {
  return distinctRuns(
    [...set.experiments.keys()].flatMap((name) => [...listRuns(set, name, profile)]),
  );
}

function distinctRuns(runs: readonly ResolvedRun[]): readonly ResolvedRun[] {
  const byId = new Map<string, ResolvedRun>();
  for (const run of runs) {
    const other = byId.get(run.id);
    if (other !== undefined && other.key !== run.key) {
      const rule = 'stand for one set of settings, two experiments give it different ones';
      throw new InputError(
        describeViolation('listRuns', 'run id', rule, run.id, 'give one row another id'),
      );
    }
    byId.set(run.id, run);
  }
  return [...byId.values()];
}

/**
 * The run of that name and seed: a method as every table has it, or a row of an experiment that
 * overrides settings.
 *
 * @param set - The checked files.
 * @param name - Id of a method, or what stands before `-s<seed>` in the id of a run.
 * @param profile - Name of the profile.
 * @param seed - Any seed, also one that no table of the profile has.
 * @throws {InputError} For an unknown name, naming the nearest known one.
 */
export function findRun(
  set: ExperimentSet,
  name: string,
  profile: string,
  seed: number,
): ResolvedRun {
  if (Object.hasOwn(set.methods.content, name))
    return resolveRun(set, { method: name, profile, seed });
  for (const [experimentName, experiment] of set.experiments) {
    const suffix = suffixOf(experimentName, experiment.content);
    const rowIndex = experiment.content.rows.findIndex(
      ({ method, id = method }) =>
        `${id}${suffix}` === name && Object.hasOwn(set.methods.content, method),
    );
    if (rowIndex !== -1) {
      const { method } = experiment.content.rows[rowIndex];
      return resolveRun(set, { method, profile, seed, experiment, rowIndex }, name);
    }
    const first = experiment.content.rows
      .map(({ method }) => set.methods.content[method]?.kernelFrom)
      .find((method) => method !== undefined && `${method}${suffix}` === name);
    if (first !== undefined)
      return resolveRun(set, { method: first, profile, seed, experiment }, name);
  }
  const names = [
    ...Object.keys(set.methods.content),
    ...listAllRuns(set, profile).map((run) => run.id.replace(/-s\d+$/, '')),
  ];
  throw new InputError(describeUnknown('findRun', 'method or row', name, [...new Set(names)]));
}
