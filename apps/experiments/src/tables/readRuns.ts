import { join } from 'node:path';
import { readRunRecord, runDirectory, type ResolvedRun, type RunRecord } from '@blurcycle/experiment';
import { runState } from '../runState.ts';
import { readSourceHash } from '../runs/sourceHash.ts';

/** What a run has left, and what a reader must know about it. */
export interface RunResult {
  readonly run: ResolvedRun;
  /** Undefined unless the run is done, stale or not. */
  readonly record: RunRecord | undefined;
  readonly failed: boolean;
  /** Missing, failed or stale, and why; null when all is well. */
  readonly note: string | null;
}

/** Looks at what runs have left, without making anything. */
export async function readRuns(
  runs: readonly ResolvedRun[],
  resultsDir: string,
): Promise<readonly RunResult[]> {
  const sources = await readSourceHash();
  return runs.map((run) => {
    const { state, reason } = runState(run, resultsDir, sources);
    const record = readRunRecord(join(runDirectory(resultsDir, run.profile, run.id), 'record.json'));
    return {
      run,
      record: record?.status === 'done' ? record : undefined,
      failed: state === 'failed',
      note: state === 'done' ? null : `${run.id} is ${state}: ${reason}`,
    };
  });
}
