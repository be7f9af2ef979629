import { describeUnknown, InputError } from '@blurcycle/core';
import type { ExperimentSet } from '../files/loadExperiments.ts';
import type { ResolvedRun } from '../settings/resolvedRun.ts';
import { listAllRuns } from './resolveExperiment.ts';
import { resolveRun } from './resolveRun.ts';

/**
 * The run of that name and seed: a method as every table has it, or a row of an experiment that
 * overrides settings.
 *
 * @param set - The checked files.
 * @param name - Id of a method, or what stands before `-s<seed>` in the id of a run.
 * @param profile - Name of the profile.
 * @param seed - Any seed for a method; one of the profile's for a row.
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
  const runs = listAllRuns(set, profile);
  const found = runs.find((run) => run.id === `${name}-s${seed}`);
  if (found !== undefined) return found;
  const names = [
    ...Object.keys(set.methods.content),
    ...runs.map((run) => run.id.replace(/-s\d+$/, '')),
  ];
  throw new InputError(describeUnknown('findRun', 'method or row', name, [...new Set(names)]));
}
