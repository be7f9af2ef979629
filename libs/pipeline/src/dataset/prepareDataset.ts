import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { type DatasetSettings, type Hashes, testDataKey } from '@blurcycle/experiment';
import { lockFolder, makeFolders } from '@blurcycle/files';
import { type DatasetContent, readDatasetFolder, writeDatasetFolder } from './datasetFolder.ts';
import { makeDataset } from './makeDataset.ts';
import {
  datasetFolder,
  type DatasetManifest,
  hashSourceStacks,
  MANIFEST,
  readManifest,
  type Split,
  SPLITS,
} from './manifest.ts';

/** The stacks of an experiment, from files that this machine has made before or now. */
export interface PreparedDataset extends DatasetContent {
  readonly folder: string;
  /** SHA-256 of the files by name, and of the stacks that they were made from. */
  readonly hashes: Hashes;
  /** SHA-256 of those stacks alone; none for simulated volumes. */
  readonly sources: Hashes;
}

/** Where data sets go. */
export interface PrepareDatasetOptions {
  readonly resultsDir: string;
  readonly profile: string;
  readonly say: (line: string) => void;
  /** Splits to read; the others come back empty. @defaultValue all */
  readonly splits?: readonly Split[];
}

/**
 * The data set of the settings: read from `results/<profile>/data/<key>` if it was made before by
 * the same version of the numbers and of the same stacks, else made.
 *
 * A folder of which anything is damaged is made anew, with a warning. Where another process is
 * making it, this one waits.
 *
 * @throws {InputError} If stacks that the settings name cannot be used.
 */
export async function prepareDataset(
  settings: DatasetSettings,
  options: PrepareDatasetOptions,
): Promise<PreparedDataset> {
  const sources = await hashSourceStacks(settings);
  const madeFrom = { key: testDataKey(settings, settings, sources), sources };
  const folder = datasetFolder(settings, options.resultsDir, options.profile);
  return prepareFolder(folder, madeFrom, options, () => makeDataset(settings, options.say));
}

/** Reads a folder that was made for the key, or makes it. */
export async function prepareFolder(
  folder: string,
  madeFrom: Pick<DatasetManifest, 'key' | 'sources'>,
  options: Pick<PrepareDatasetOptions, 'say' | 'splits'>,
  make: () => DatasetContent | Promise<DatasetContent>,
): Promise<PreparedDataset> {
  const { say } = options;
  const found = await readWhole(folder, madeFrom, options);
  if (found !== null) return found;
  makeFolders(folder, 'prepareDataset', '--results-dir');
  const lock = await lockFolder(folder, 'prepareDataset', {
    file: 'data.lock',
    wait: true,
    onWait: (holder) => say(`waits for ${holder}, which makes the data set`),
  });
  try {
    // Whoever held the folder may have made the data set.
    const theirs = lock.waited ? await readWhole(folder, madeFrom, options) : null;
    if (theirs !== null) return theirs;
    const started = performance.now();
    const made = await writeDatasetFolder(folder, await make(), madeFrom);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`data set made in ${seconds} s: ${describe(made)}, ${folder}`);
    return await readPrepared(folder, made, madeFrom.sources, options.splits);
  } finally {
    lock.release();
  }
}

async function readPrepared(
  folder: string,
  manifest: DatasetManifest,
  sources: Hashes,
  splits: PrepareDatasetOptions['splits'],
): Promise<PreparedDataset> {
  const content = await readDatasetFolder(folder, manifest, splits);
  return { ...content, folder, hashes: { ...manifest.hashes, ...sources }, sources };
}

/** The folder, if it was made for the key; null, with a warning, where anything is damaged. */
async function readWhole(
  folder: string,
  { key, sources }: Pick<DatasetManifest, 'key' | 'sources'>,
  { say, splits }: Pick<PrepareDatasetOptions, 'say' | 'splits'>,
): Promise<PreparedDataset | null> {
  const manifest = readManifest(folder);
  const path = join(folder, MANIFEST);
  if (manifest === undefined && existsSync(path))
    say(`warning: ${path} is damaged: the data set is made anew`);
  if (manifest?.key !== key) return null;
  try {
    return await readPrepared(folder, manifest, sources, splits);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    say(`warning: ${error.message}: the data set is made anew`);
    return null;
  }
}

function describe({ volumes, unmatched, facts }: DatasetManifest): string {
  const counts = [
    ...SPLITS.filter((split) => volumes[split].length > 0).map(
      (split) => `${volumes[split].length} ${split}`,
    ),
    ...(unmatched > 0 ? [`${unmatched} unpaired sharp`] : []),
  ].join(', ');
  if (facts.readNoiseSigma === null) {
    const { black, white } = facts.intensity;
    return `${counts}; blurred intensity ${black.toPrecision(4)} is 0, ${white.toPrecision(4)} is 1`;
  }
  const snr =
    facts.averageSnrDb === null ? 'no noise' : `average SNR ${facts.averageSnrDb.toFixed(2)} dB`;
  return `${counts}; gain ${facts.gain.toFixed(3)}, ${snr}`;
}
