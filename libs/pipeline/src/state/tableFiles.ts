import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  classicalDirectory,
  classicalRuns,
  contentHash,
  type Hashes,
  type ResolvedExperiment,
  runDirectory,
  testDirectory,
  testKey,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { datasetFolder, readManifest } from '../dataset/manifest.ts';

/**
 * Files of an experiment's directory that are results; the report draws charts of its own beside
 * them.
 */
const OUTPUTS = /^(table\.(json|csv|md)|figures\.json|figures\/.+\.png)$/;

/** Names of inputs that are intermediates, which need not be kept. */
const DATA = 'data/';

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
 * records and scores of its runs, of their tests and of classical methods; and the volumes of its
 * data sets, under the name of their folder. Records hold the hashes of what they stand for. What
 * is not there is left out.
 */
export async function hashTableInputs(
  experiment: ResolvedExperiment,
  resultsDir: string,
): Promise<Hashes> {
  const { profile, rows, conditions, datasets } = experiment;
  const root = join(resultsDir, profile);
  const folders = new Set<string>();
  const data: Record<string, string> = {};
  for (const condition of conditions) {
    for (const { settings } of rows.length === 0 ? [] : datasets) {
      const folder = datasetFolder(settings, resultsDir, profile, condition);
      const volumes = readManifest(folder)?.hashes;
      if (volumes !== undefined) data[relative(root, folder)] = contentHash(volumes);
    }
    for (const run of rows.flatMap((row) => row.runs)) {
      folders.add(runDirectory(resultsDir, profile, run.id));
      const test = testKey(run.settings.dataset, condition);
      if (test !== null) folders.add(testDirectory(resultsDir, profile, run.id, test));
    }
  }
  for (const run of classicalRuns(experiment)) {
    folders.add(classicalDirectory(resultsDir, profile, run.method, run.key));
  }
  const there = [...folders]
    .flatMap((folder) => [join(folder, 'record.json'), join(folder, 'scores.json')])
    .filter((path) => existsSync(path));
  return { ...data, ...(await hashFiles(root, there.map((path) => relative(root, path)).sort())) };
}

/**
 * What a table would be made from now, in the names that its record has: data that are not here say
 * nothing, and neither do lists of data sets, which records of the first version name; a record
 * that is gone is null.
 */
export function tableInputsNow(
  recorded: Hashes,
  found: Hashes,
): Readonly<Record<string, string | null>> {
  const gone = Object.keys(recorded).filter((name) => !name.startsWith(DATA) && !(name in found));
  const known = Object.entries(found).filter(
    ([name]) => !name.startsWith(DATA) || name in recorded,
  );
  return Object.fromEntries([...known, ...gone.map((name) => [name, null] as const)]);
}

/**
 * SHA-256 of the records and scores that a table was made from, as far as they are on this machine.
 */
export function hashRecordedInputs(
  recorded: Hashes,
  resultsDir: string,
  profile: string,
): Promise<Hashes> {
  const root = join(resultsDir, profile);
  const names = Object.keys(recorded).filter(
    (name) => !name.startsWith(DATA) && existsSync(join(root, name)),
  );
  return hashFiles(root, names);
}

async function hashFiles(root: string, names: readonly string[]): Promise<Record<string, string>> {
  const hashes = await Promise.all(
    names.map(async (name) => [name, await fileHash(join(root, name))] as const),
  );
  return Object.fromEntries(hashes);
}
