import { join } from 'node:path';
import {
  classicalDirectory,
  type ClassicalRecord,
  type ClassicalRun,
  contentHash,
  readClassicalRecord,
} from '@blurcycle/experiment';
import { dataChange } from '../dataset/dataChange.ts';
import { readTestHashes } from '../dataset/prepareTestVolumes.ts';
import { DAMAGED_RECORD, readUnlessDamaged } from '../run/readUnlessDamaged.ts';
import type { RunState } from '../run/runState.ts';
import { CLASSICAL_SOURCES, readSourceHash } from '../run/sourceHash.ts';

/** Whether what a classical method left can be used as it is. */
interface ClassicalState extends RunState {
  readonly folder: string;
  readonly record: ClassicalRecord | undefined;
}

/** Compares the record that a classical method left with what would be computed now. */
export async function classicalState(
  run: ClassicalRun,
  resultsDir: string,
): Promise<ClassicalState> {
  const folder = classicalDirectory(resultsDir, run.profile, run.method, run.key);
  const record = readUnlessDamaged(() => readClassicalRecord(join(folder, 'record.json')));
  if (record === null) return { state: 'stale', reason: DAMAGED_RECORD, folder, record: undefined };
  if (record === undefined) return { state: 'missing', reason: 'never computed', folder, record };
  const { trained, condition, profile } = run;
  const reason =
    describeChange(run, record, await readSourceHash(CLASSICAL_SOURCES)) ||
    (await dataChange(record.inputs, () =>
      readTestHashes(trained, condition, resultsDir, profile),
    ));
  return { state: reason === '' ? 'done' : 'stale', reason, folder, record };
}

function describeChange(run: ClassicalRun, record: ClassicalRecord, sources: string): string {
  // The folder is named after the first digits of the key alone.
  if (record.key !== run.key) return 'settings';
  if (contentHash(record.settings) !== contentHash(run.settings)) return 'settings';
  return record.sourceHash === sources ? '' : 'the code that computes it changed';
}
