import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type Volume } from '@blurcycle/core';
import { type Pair, readTiffStack, writeTiffStack } from '@blurcycle/data';
import { fileHash, writeFileAtomically } from '@blurcycle/files';
import {
  type DatasetFacts,
  type DatasetManifest,
  MANIFEST,
  type Split,
  SPLITS,
} from './manifest.ts';

/** A blurred volume, and its truth where that is known. */
export interface Observation extends Omit<Pair, 'sharp'> {
  readonly sharp: Volume | null;
}

/** Observations as pairs, for uses that need the truth. */
export function withTruth(observations: readonly Observation[]): Pair[] {
  return observations.map(({ sharp, ...rest }) => {
    if (sharp === null) throw new Error(`internal: the truth of ${rest.id} is not known`);
    return { ...rest, sharp };
  });
}

/** The volumes of a data set in memory. */
export interface DatasetContent extends Readonly<Record<Split, readonly Observation[]>> {
  /**
   * Gain times PSF: the linear operator between sharp and blurred, before noise; for stacks that
   * were read, the PSF by their optics.
   */
  readonly kernel: Volume;
  /** Sharp training volumes of other specimens; empty where those of the training pairs serve. */
  readonly unpaired: readonly Volume[];
  /**
   * Result of the method behind the sharp set for each test volume; empty where the sharp set is
   * the truth.
   */
  readonly targets: readonly Volume[];
  readonly facts: DatasetFacts;
}

/**
 * Writes float32 TIFF stacks, which open in Fiji, and last the manifest.
 */
export async function writeDatasetFolder(
  folder: string,
  content: DatasetContent,
  { key, sources }: Pick<DatasetManifest, 'key' | 'sources'>,
): Promise<DatasetManifest> {
  mkdirSync(folder, { recursive: true });
  const hashes: Record<string, string> = {};
  const write = async (name: string, volume: Volume): Promise<void> => {
    await writeTiffStack(join(folder, name), volume, { sampleType: 'float32' });
    hashes[name] = await fileHash(join(folder, name));
  };
  await write('kernel.tif', content.kernel);
  for (const split of SPLITS) {
    for (const { id, sharp, blurred } of content[split]) {
      if (sharp !== null) await write(`${id}-sharp.tif`, sharp);
      await write(`${id}-blurred.tif`, blurred);
    }
  }
  for (const [i, volume] of content.unpaired.entries())
    await write(`unmatched-${i}-sharp.tif`, volume);
  for (const [i, volume] of content.targets.entries()) await write(`test-${i}-target.tif`, volume);
  const ids = (split: Split): string[] => content[split].map(({ id }) => id);
  const volumes = { train: ids('train'), validation: ids('validation'), test: ids('test') };
  const { facts, unpaired, targets } = content;
  const counts = { unmatched: unpaired.length, targets: targets.length };
  const manifest: DatasetManifest = { key, facts, volumes, ...counts, hashes, sources };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFileAtomically(join(folder, MANIFEST), 'dataset', text);
  return manifest;
}

/**
 * Reads the volumes of some splits; the others come back empty.
 *
 * @throws {InputError} If a file there is not the one that was written.
 */
export async function readDatasetFolder(
  folder: string,
  { facts, volumes, hashes, unmatched, targets }: DatasetManifest,
  splits: readonly Split[] = SPLITS,
): Promise<DatasetContent> {
  const read = async (name: string): Promise<Volume> => {
    const path = join(folder, name);
    if (!existsSync(path) || (await fileHash(path)) !== hashes[name]) {
      throw new InputError(
        `prepareDataset: ${path} must be the file that was written, got none or other bytes`,
      );
    }
    return (await readTiffStack(path)).volume;
  };
  const observations = async (split: Split): Promise<Observation[]> => {
    const list: Observation[] = [];
    for (const id of splits.includes(split) ? volumes[split] : []) {
      const sharp = `${id}-sharp.tif`;
      list.push({
        id,
        sharp: sharp in hashes ? await read(sharp) : null,
        blurred: await read(`${id}-blurred.tif`),
      });
    }
    return list;
  };
  const further = async (
    split: Split,
    count: number,
    nameOf: (i: number) => string,
  ): Promise<Volume[]> => {
    const list: Volume[] = [];
    for (let i = 0; splits.includes(split) && i < count; i++) list.push(await read(nameOf(i)));
    return list;
  };
  return {
    train: await observations('train'),
    validation: await observations('validation'),
    test: await observations('test'),
    kernel: await read('kernel.tif'),
    unpaired: await further('train', unmatched, (i) => `unmatched-${i}-sharp.tif`),
    targets: await further('test', targets, (i) => `test-${i}-target.tif`),
    facts,
  };
}
