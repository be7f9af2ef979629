import {
  type ClassicalRun,
  classicalRuns,
  contentHash,
  type ResolvedExperiment,
} from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import { say } from '../say.ts';
import { classicalResult, isToBeMade } from '../state/results.ts';
import { readToday } from '../state/today.ts';
import { tableMakers } from './makers.ts';
import { rememberVolumes } from './readCells.ts';

/**
 * The classical rows of an experiment: predictions, scores and record of each that is missing or
 * stale. The table finds them; it makes them itself where nobody has.
 */
export async function computeClassicalRows(
  experiment: ResolvedExperiment,
  options: ComputeOptions,
): Promise<void> {
  const { name, profile } = experiment;
  const { resultsDir } = options;
  const runs = classicalRuns(experiment);
  if (runs.length === 0) say(`${name}: has no classical rows`);
  const today = await readToday(resultsDir, profile);
  const volumesOf = rememberVolumes(profile, resultsDir);
  const make = tableMakers(name, options);
  for (const run of byTestVolumes(runs)) {
    const left = await classicalResult(run, today);
    if (isToBeMade(left)) {
      await make.classical(run, await volumesOf(run.trained, run.condition), left);
    } else {
      say(`${run.id}: up to date`);
    }
  }
}

/** Those of the same test volumes one after another, so that each volume is read once. */
function byTestVolumes(runs: readonly ClassicalRun[]): ClassicalRun[] {
  const groups = new Map<string, ClassicalRun[]>();
  for (const run of runs) {
    const volumes = contentHash([run.trained, run.dataset]);
    groups.set(volumes, [...(groups.get(volumes) ?? []), run]);
  }
  return [...groups.values()].flat();
}
