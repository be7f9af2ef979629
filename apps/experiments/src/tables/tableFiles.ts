import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  classicalDirectory,
  classicalRuns,
  runDirectory,
  testDirectory,
  testKey,
  type Hashes,
  type ResolvedExperiment,
} from '@blurcycle/experiment';
import { fileHash } from '../runs/fileHash.ts';
import { datasetFolder } from '../runs/prepareDataset.ts';

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
