import type { ResolvedRun, RunRecord } from '@blurcycle/experiment';
import { findRunRecord, runState } from '../run/runState.ts';
import { readSourceHash } from '../run/sourceHash.ts';

/** What a run has left, and what a reader must know about it. */
export interface RunResult {
  readonly run: ResolvedRun;
  /** Undefined unless the run is done, stale or not. */
  readonly record: RunRecord | undefined;
  readonly failed: boolean;
  /** Missing, failed, stale or of a dirty tree, and why; null when all is well. */
  readonly note: string | null;
}

/** Looks at what runs have left, without making anything. */
export async function readRuns(
  runs: readonly ResolvedRun[],
  resultsDir: string,
): Promise<readonly RunResult[]> {
  const sources = await readSourceHash();
  const results: RunResult[] = [];
  for (const run of runs) {
    const { state, reason } = await runState(run, resultsDir, sources);
    const { record } = findRunRecord(run, resultsDir);
    const usable = record?.status === 'done' ? record : undefined;
    const notes = [
      ...(state === 'done' ? [] : [`${run.id} is ${state}: ${reason}`]),
      ...(usable?.provenance.gitDirty === true
        ? [`${run.id} was made from uncommitted changes`]
        : []),
    ];
    const note = notes.length === 0 ? null : notes.join('; ');
    results.push({ run, record: usable, failed: state === 'failed', note });
  }
  return results;
}
