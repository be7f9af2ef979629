import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type Volume } from '@blurcycle/core';
import { buildMicrotubuleDataset, readTiffStack, writeTiffStack, type Pair } from '@blurcycle/data';
import { contentHash, writeTextAtomically, type DatasetSettings } from '@blurcycle/experiment';
import { createDatasetPsf } from './createDatasetPsf.ts';
import { fileHash } from './fileHash.ts';
import { readSourceHash } from './sourceHash.ts';

/** The stacks of an experiment, from files that this machine has made before or now. */
export interface PreparedDataset {
  readonly folder: string;
  readonly train: readonly Pair[];
  readonly validation: readonly Pair[];
  readonly test: readonly Pair[];
  /** Gain times PSF: the linear operator between sharp and blurred, before noise. */
  readonly kernel: Volume;
  readonly facts: DatasetFacts;
  /** SHA-256 of the files by name. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Numbers that came out when the data set was made. */
export interface DatasetFacts {
  readonly gain: number;
  readonly readNoiseSigma: number;
  readonly averageSnrDb: number | null;
}

interface Manifest {
  readonly key: string;
  readonly facts: DatasetFacts;
  readonly volumes: Readonly<Record<Split, readonly string[]>>;
  readonly hashes: Readonly<Record<string, string>>;
}

type Split = 'train' | 'validation' | 'test';
const SPLITS = ['train', 'validation', 'test'] as const;

/** Where data sets go. */
export interface PrepareDatasetOptions {
  readonly resultsDir: string;
  readonly profile: string;
  readonly say: (line: string) => void;
}

/**
 * The data set of the settings: read from `results/<profile>/data/<key>` if it was made before by the same code, else made.
 *
 * Each volume is a float32 TIFF stack, so that what was trained on can be looked at in Fiji.
 *
 * @throws {InputError} If a file there is not the one that was written.
 */
export async function prepareDataset(
  settings: DatasetSettings,
  { resultsDir, profile, say }: PrepareDatasetOptions,
): Promise<PreparedDataset> {
  const key = contentHash({ settings, source: await readSourceHash() });
  const folder = join(resultsDir, profile, 'data', contentHash(settings).slice(0, 12));
  const manifestPath = join(folder, 'dataset.json');
  if (existsSync(manifestPath)) {
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest;
    if (manifest.key === key) return readDataset(folder, manifest);
  }
  const started = performance.now();
  await writeDataset(folder, settings, key);
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest;
  say(
    `data set made in ${((performance.now() - started) / 1000).toFixed(1)} s: ${describe(manifest)}, ${folder}`,
  );
  return readDataset(folder, manifest);
}

function describe({ volumes, facts }: Manifest): string {
  const counts = SPLITS.map((split) => `${volumes[split].length} ${split}`).join(', ');
  const snr = facts.averageSnrDb === null ? 'no noise' : `average SNR ${facts.averageSnrDb.toFixed(2)} dB`;
  return `${counts}; gain ${facts.gain.toFixed(3)}, ${snr}`;
}

async function writeDataset(folder: string, settings: DatasetSettings, key: string): Promise<void> {
  const dataset = buildMicrotubuleDataset({ ...settings, psf: createDatasetPsf(settings) });
  mkdirSync(folder, { recursive: true });
  const hashes: Record<string, string> = {};
  const write = async (name: string, volume: Volume): Promise<void> => {
    await writeTiffStack(join(folder, name), volume, { sampleType: 'float32' });
    hashes[name] = await fileHash(join(folder, name));
  };
  await write('kernel.tif', dataset.kernel);
  for (const split of SPLITS) {
    for (const { id, sharp, blurred } of dataset[split]) {
      await write(`${id}-sharp.tif`, sharp);
      await write(`${id}-blurred.tif`, blurred);
    }
  }
  const { gain, readNoiseSigma, averageSnrDb } = dataset;
  const manifest: Manifest = {
    key,
    facts: { gain, readNoiseSigma, averageSnrDb: Number.isFinite(averageSnrDb) ? averageSnrDb : null },
    volumes: {
      train: dataset.train.map(({ id }) => id),
      validation: dataset.validation.map(({ id }) => id),
      test: dataset.test.map(({ id }) => id),
    },
    hashes,
  };
  writeTextAtomically(join(folder, 'dataset.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function readDataset(folder: string, { facts, volumes, hashes }: Manifest): Promise<PreparedDataset> {
  const read = async (name: string): Promise<Volume> => {
    const path = join(folder, name);
    if ((await fileHash(path)) !== hashes[name]) {
      throw new InputError(
        `prepareDataset: ${path} must be the file that was written, got other bytes (delete ${folder})`,
      );
    }
    return (await readTiffStack(path)).volume;
  };
  const pairs = async (ids: readonly string[]): Promise<Pair[]> => {
    const list: Pair[] = [];
    for (const id of ids) {
      list.push({ id, sharp: await read(`${id}-sharp.tif`), blurred: await read(`${id}-blurred.tif`) });
    }
    return list;
  };
  return {
    folder,
    train: await pairs(volumes.train),
    validation: await pairs(volumes.validation),
    test: await pairs(volumes.test),
    kernel: await read('kernel.tif'),
    facts,
    hashes,
  };
}
