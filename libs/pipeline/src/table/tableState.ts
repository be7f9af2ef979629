import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  classicalDirectory,
  classicalRuns,
  describeChanges,
  describeExperiment,
  experimentDirectory,
  type ExperimentRecord,
  type Hashes,
  readExperimentRecord,
  type ResolvedExperiment,
  runDirectory,
  testDirectory,
  testKey,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { datasetFolder } from '../dataset/prepareDataset.ts';
import { DAMAGED_RECORD, readUnlessDamaged } from '../run/readUnlessDamaged.ts';
import { readSourceHash, TABLE_SOURCES } from '../run/sourceHash.ts';

/**
 * Files of an experiment's directory that are results; the report draws charts of its own beside
 * them.
 */
const OUTPUTS = /^(table\.(json|csv|md)|figures\.json|figures\/.+\.png)$/;

/**
 * SHA-256 of every file that a table and its figures are, by the path inside the experiment's
 * directory.
 */
export async function hashTableOutputs(folder: string): Promise<Hashes> {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => OUTPUTS.test(name))
    .sort();
  return hashFiles(folder, names);
}

/**
 * SHA-256 of what a table is made from, by the path inside the directory of the profile: the
 * records of its runs, of their tests and of classical methods, and the lists of the data sets.
 * Each of those holds the hashes of what it stands for. Files that are not there are left out.
 */
export async function hashTableInputs(
  experiment: ResolvedExperiment,
  resultsDir: string,
): Promise<Hashes> {
  const { profile, rows, conditions, settings } = experiment;
  const root = join(resultsDir, profile);
  const paths = new Set<string>();
  for (const condition of conditions) {
    const key = testKey(settings.dataset, condition);
    const data =
      key === null ? datasetFolder(settings.dataset, resultsDir, profile) : join(root, 'data', key);
    if (rows.length > 0) paths.add(join(data, 'dataset.json'));
    for (const run of rows.flatMap((row) => row.runs)) {
      paths.add(join(runDirectory(resultsDir, profile, run.id), 'record.json'));
      const test = testKey(run.settings.dataset, condition);
      if (test !== null)
        paths.add(join(testDirectory(resultsDir, profile, run.id, test), 'record.json'));
    }
  }
  for (const run of classicalRuns(experiment)) {
    paths.add(join(classicalDirectory(resultsDir, profile, run.method, run.key), 'record.json'));
  }
  const there = [...paths].filter((path) => existsSync(path));
  return hashFiles(root, there.map((path) => relative(root, path)).sort());
}

async function hashFiles(root: string, names: readonly string[]): Promise<Record<string, string>> {
  const hashes = await Promise.all(
    names.map(async (name) => [name, await fileHash(join(root, name))] as const),
  );
  return Object.fromEntries(hashes);
}

/** Whether the table and the figures of an experiment are what would be made now. */
interface TableState {
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
