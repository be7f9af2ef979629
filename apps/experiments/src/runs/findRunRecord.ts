import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  readRecordedSettings,
  readRunRecord,
  runDirectory,
  type RecordedSettings,
  type ResolvedRun,
  type RunRecord,
} from '@blurcycle/experiment';

/** The record of a run, or why there is none to use. */
export type FoundRecord =
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
