import { type DatasetSettings, type Hashes, testDataKey } from '@blurcycle/experiment';
import { type DatasetContent, readDatasetFolder, writeDatasetFolder } from './datasetFolder.ts';
import { makeDataset } from './makeDataset.ts';
import {
  datasetFolder,
  type DatasetManifest,
  hashSourceStacks,
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
 * @throws {InputError} If a file there is not the one that was written, or stacks that the settings
 *   name cannot be used.
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
  const { sources } = madeFrom;
  const hashes = { ...manifest.hashes, ...sources };
  return { ...(await readDatasetFolder(folder, manifest, splits)), folder, hashes, sources };
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
