import { join } from 'node:path';
import {
  describeChanges,
  describeExperiment,
  experimentDirectory,
  readExperimentRecord,
  type ExperimentRecord,
  type ResolvedExperiment,
} from '@blurcycle/experiment';
import { DAMAGED_RECORD, readUnlessDamaged } from '../readUnlessDamaged.ts';
import { readSourceHash } from '../runs/sourceHash.ts';
import { TABLE_SOURCES } from '../tableSources.ts';
import { hashTableInputs } from './tableFiles.ts';

/** Whether the table and the figures of an experiment are what would be made now. */
export interface TableState {
  readonly state: 'done' | 'stale' | 'missing';
  /** What changed; one line, empty when done. */
  readonly reason: string;
  readonly record: ExperimentRecord | undefined;
}

/** Compares the record that a table left with what would be made of the results that are there. */
export async function tableState(
  experiment: ResolvedExperiment,
  resultsDir: string,
): Promise<TableState> {
  const folder = experimentDirectory(resultsDir, experiment.profile, experiment.name);
  const record = readUnlessDamaged(() => readExperimentRecord(join(folder, 'record.json')));
  if (record === null) return { state: 'stale', reason: DAMAGED_RECORD, record: undefined };
  if (record === undefined) return { state: 'missing', reason: 'never made', record };
  const changes = [
    ...describeChanges(record.declaration, describeExperiment(experiment)),
    ...changedInputs(record.inputs, await hashTableInputs(experiment, resultsDir)),
    ...(record.tableSources === (await readSourceHash(TABLE_SOURCES))
      ? []
      : ['the code that makes tables changed']),
  ];
  return { state: changes.length === 0 ? 'done' : 'stale', reason: changes.join('; '), record };
}

function changedInputs(
  before: ExperimentRecord['inputs'],
  now: ExperimentRecord['inputs'],
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((path) => {
    if (before[path] === now[path]) return [];
    if (!(path in now)) return [`${path} is gone`];
    return [path in before ? `${path} changed` : `${path} is new`];
  });
}
