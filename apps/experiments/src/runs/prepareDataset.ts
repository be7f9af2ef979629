import { join } from 'node:path';
import { contentHash, type DatasetSettings } from '@blurcycle/experiment';
import {
  readDatasetFolder,
  readManifest,
  SPLITS,
  writeDatasetFolder,
  type DatasetContent,
  type DatasetManifest,
  type Split,
} from './datasetFolder.ts';
import { makeDataset } from './makeDataset.ts';
import { readSourceHash } from './sourceHash.ts';

/** The stacks of an experiment, from files that this machine has made before or now. */
export interface PreparedDataset extends DatasetContent {
  readonly folder: string;
  /** SHA-256 of the files by name. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Where data sets go. */
export interface PrepareDatasetOptions {
  readonly resultsDir: string;
  readonly profile: string;
  readonly say: (line: string) => void;
  /** Splits to read; the others come back empty. @defaultValue all */
  readonly splits?: readonly Split[];
}

/** Folder of a data set. */
export function datasetFolder(settings: DatasetSettings, resultsDir: string, profile: string): string {
  return join(resultsDir, profile, 'data', contentHash(settings).slice(0, 12));
}

/**
 * The data set of the settings: read from `results/<profile>/data/<key>` if it was made before by the same code, else made.
 *
 * @throws {InputError} If a file there is not the one that was written.
 */
export async function prepareDataset(
  settings: DatasetSettings,
  options: PrepareDatasetOptions,
): Promise<PreparedDataset> {
  const key = contentHash({ settings, source: await readSourceHash() });
  const folder = datasetFolder(settings, options.resultsDir, options.profile);
  return prepareFolder(folder, key, options, () => makeDataset(settings, options.say));
}

/** Reads a folder that was made for the key, or makes it. */
export async function prepareFolder(
  folder: string,
  key: string,
  { say, splits }: Pick<PrepareDatasetOptions, 'say' | 'splits'>,
  make: () => DatasetContent | Promise<DatasetContent>,
): Promise<PreparedDataset> {
  let manifest = readManifest(folder);
  if (manifest?.key !== key) {
    const started = performance.now();
    manifest = await writeDatasetFolder(folder, await make(), key);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`data set made in ${seconds} s: ${describe(manifest)}, ${folder}`);
  }
  return { ...(await readDatasetFolder(folder, manifest, splits)), folder, hashes: manifest.hashes };
}

function describe({ volumes, facts }: DatasetManifest): string {
  const counts = SPLITS.filter((split) => volumes[split].length > 0)
    .map((split) => `${volumes[split].length} ${split}`)
    .join(', ');
  const snr = facts.averageSnrDb === null ? 'no noise' : `average SNR ${facts.averageSnrDb.toFixed(2)} dB`;
  return `${counts}; gain ${facts.gain.toFixed(3)}, ${snr}`;
}
