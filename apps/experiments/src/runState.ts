import {
  describeChanges,
  type RecordedSettings,
  type ResolvedRun,
  type RunRecord,
} from '@blurcycle/experiment';
import { dataChange } from './dataChange.ts';
import { findRunRecord } from './runs/findRunRecord.ts';
import { readDatasetHashes } from './runs/prepareDataset.ts';

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
export async function runState(
  run: ResolvedRun,
  resultsDir: string,
  sources: string,
): Promise<RunState> {
  const { record, problem, outdated } = findRunRecord(run, resultsDir);
  if (outdated !== undefined) {
    return {
      state: 'stale',
      reason: changedSettings(run, outdated) || 'its record is of another version',
    };
  }
  if (record === undefined) return { state: 'missing', reason: problem };
  if (record.status === 'failed')
    return { state: 'failed', reason: record.error ?? 'no reason recorded' };
  const { dataset } = run.settings;
  const reason =
    describeChange(run, record, sources) ||
    (await dataChange(record.inputs, () => readDatasetHashes(dataset, resultsDir, run.profile)));
  return { state: reason === '' ? 'done' : 'stale', reason };
}

function describeChange(run: ResolvedRun, record: RunRecord, sources: string): string {
  if (record.key !== run.key) return changedSettings(run, record) || 'settings';
  return record.provenance.sourceHash === sources ? '' : 'the code that trains changed';
}

function changedSettings(
  run: ResolvedRun,
  { settings, seed }: Pick<RecordedSettings, 'settings' | 'seed'>,
): string {
  return describeChanges({ ...settings, seed }, { ...run.settings, seed: run.seed }, [
    'method.label',
  ]).join('; ');
}
