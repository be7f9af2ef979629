import { describeChanges, type ResolvedRun, type RunRecord } from '@blurcycle/experiment';
import { findRunRecord } from './runs/findRunRecord.ts';

/** Whether the results of a run can be used as they are. */
export interface RunState {
  readonly state: 'done' | 'stale' | 'failed' | 'missing';
  /** What changed, or why it failed; one line, empty when done. */
  readonly reason: string;
}

/**
 * Compares the record that a run left with what would be run now.
 *
 * @param run - The run as the files declare it now.
 * @param resultsDir - Directory of results.
 * @param sources - hash of the code that trains, as it is now.
 */
export function runState(run: ResolvedRun, resultsDir: string, sources: string): RunState {
  const { record, problem } = findRunRecord(run, resultsDir);
  if (record === undefined) return { state: 'missing', reason: problem };
  if (record.status === 'failed') return { state: 'failed', reason: record.error ?? 'no reason recorded' };
  const reason = describeChange(run, record, sources);
  return { state: reason === '' ? 'done' : 'stale', reason };
}

function describeChange(run: ResolvedRun, record: RunRecord, sources: string): string {
  if (record.key !== run.key) {
    const before = { ...record.settings, seed: record.seed };
    const changed = describeChanges(before, { ...run.settings, seed: run.seed }, ['method.label']);
    return changed.length > 0 ? changed.join('; ') : 'settings';
  }
  return record.provenance.sourceHash === sources ? '' : 'the code that trains changed';
}
