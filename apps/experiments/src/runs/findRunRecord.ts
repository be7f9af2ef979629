import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { readRunRecord, runDirectory, type ResolvedRun, type RunRecord } from '@blurcycle/experiment';

/** The record of a run, or why there is none to use. */
export type FoundRecord =
  | { readonly record: RunRecord; readonly problem: null }
  | { readonly record: undefined; readonly problem: string };

/** Looks for the record of a run. One that is damaged, or of another version of the program, is as good as none. */
export function findRunRecord(
  { id, profile }: Pick<ResolvedRun, 'id' | 'profile'>,
  resultsDir: string,
): FoundRecord {
  try {
    const record = readRunRecord(join(runDirectory(resultsDir, profile, id), 'record.json'));
    return record === undefined ? { record, problem: 'never finished' } : { record, problem: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { record: undefined, problem: 'its record is damaged or of another version' };
  }
}
