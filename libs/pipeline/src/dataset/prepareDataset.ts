import { join } from 'node:path';
import { contentHash, type DatasetSettings, type Hashes } from '@blurcycle/experiment';
import { readSourceHash } from '../run/sourceHash.ts';
import {
  type DatasetContent,
  type DatasetManifest,
  readDatasetFolder,
  readManifest,
  type Split,
  SPLITS,
  writeDatasetFolder,
} from './datasetFolder.ts';
import { makeDataset } from './makeDataset.ts';
import { hashStacks, listStacks } from './tiffFolders.ts';

/** The stacks of an experiment, from files that this machine has made before or now. */
export interface PreparedDataset extends DatasetContent {
  readonly folder: string;
  /** SHA-256 of the files by name, and of the stacks that they were made from. */
  readonly hashes: Hashes;
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
export function datasetFolder(
  settings: DatasetSettings,
  resultsDir: string,
  profile: string,
): string {
  return join(resultsDir, profile, 'data', contentHash(settings).slice(0, 12));
}

/**
 * The data set of the settings: read from `results/<profile>/data/<key>` if it was made before by
 * the same code and of the same stacks, else made.
 *
 * @throws {InputError} If a file there is not the one that was written, or stacks that the settings
 *   name cannot be used.
 */
export async function prepareDataset(
  settings: DatasetSettings,
  options: PrepareDatasetOptions,
): Promise<PreparedDataset> {
  const sources = await hashSourceStacks(settings);
  const madeFrom = {
    key: contentHash({ settings, sources, source: await readSourceHash() }),
    sources,
  };
  const folder = datasetFolder(settings, options.resultsDir, options.profile);
  return prepareFolder(folder, madeFrom, options, () => makeDataset(settings, options.say));
}

/**
 * SHA-256 of what a data set is made of now, as far as it is there: its files by name, and the
 * stacks that they were made from.
 *
 * @throws {InputError} If stacks that the settings name are not there.
 */
export async function readDatasetHashes(
  settings: DatasetSettings,
  resultsDir: string,
  profile: string,
): Promise<Hashes> {
  const manifest = readManifest(datasetFolder(settings, resultsDir, profile));
  return { ...manifest?.hashes, ...(await hashSourceStacks(settings)) };
}

/**
 * SHA-256 of the stacks that a data set is made of; nothing outside the settings goes into
 * simulated volumes.
 */
export async function hashSourceStacks(settings: DatasetSettings): Promise<Hashes> {
  return settings.kind === 'tiff-folders' ? hashStacks(listStacks(settings)) : {};
}

/** Reads a folder that was made for the key, or makes it. */
export async function prepareFolder(
  folder: string,
  madeFrom: Pick<DatasetManifest, 'key' | 'sources'>,
  { say, splits }: Pick<PrepareDatasetOptions, 'say' | 'splits'>,
  make: () => DatasetContent | Promise<DatasetContent>,
): Promise<PreparedDataset> {
  let manifest = readManifest(folder);
  if (manifest?.key !== madeFrom.key) {
    const started = performance.now();
    manifest = await writeDatasetFolder(folder, await make(), madeFrom);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`data set made in ${seconds} s: ${describe(manifest)}, ${folder}`);
  }
  const hashes = { ...manifest.hashes, ...manifest.sources };
  return { ...(await readDatasetFolder(folder, manifest, splits)), folder, hashes };
}

function describe({ volumes, facts }: DatasetManifest): string {
  const counts = SPLITS.filter((split) => volumes[split].length > 0)
    .map((split) => `${volumes[split].length} ${split}`)
    .join(', ');
  if (facts.readNoiseSigma === null) {
    const { black, white } = facts.intensity;
    return `${counts}; blurred intensity ${black.toPrecision(4)} is 0, ${white.toPrecision(4)} is 1`;
  }
  const snr =
    facts.averageSnrDb === null ? 'no noise' : `average SNR ${facts.averageSnrDb.toFixed(2)} dB`;
  return `${counts}; gain ${facts.gain.toFixed(3)}, ${snr}`;
}
