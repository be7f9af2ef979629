import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  describeChanges,
  readRecordedSettings,
  readRunRecord,
  type RecordedSettings,
  type ResolvedRun,
  runDirectory,
  type RunRecord,
} from '@blurcycle/experiment';
import { dataChange } from '../dataset/dataChange.ts';
import { readDatasetHashes } from '../dataset/prepareDataset.ts';

/** The record of a run, or why there is none to use. */
type FoundRecord =
  | { readonly record: RunRecord; readonly problem: null; readonly outdated?: undefined }
  | {
      readonly record: undefined;
      readonly problem: string;
      /** What a record of another version of the program says of its settings. */
      readonly outdated?: RecordedSettings | undefined;
    };

/**
 * Looks for the record of a run. One that is damaged, or of another version of the program, is as
 * good as none.
 */
export function findRunRecord(
  { id, profile }: Pick<ResolvedRun, 'id' | 'profile'>,
  resultsDir: string,
): FoundRecord {
  const path = join(runDirectory(resultsDir, profile, id), 'record.json');
  try {
    const record = readRunRecord(path);
    return record === undefined ? { record, problem: 'never finished' } : { record, problem: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const outdated = readRecordedSettings(path);
    const problem =
      outdated === undefined ? 'its record is damaged' : 'its record is of another version';
    return { record: undefined, problem, outdated };
  }
}

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
