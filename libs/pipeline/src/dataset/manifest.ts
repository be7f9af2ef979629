import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  contentHash,
  type DatasetSettings,
  type Hashes,
  type ResolvedCondition,
  testDataKey,
  testedDataset,
  testKey,
} from '@blurcycle/experiment';
import { readIfThere } from '@blurcycle/files';
import { z } from 'zod';

/** The manifest, in the folder of its data set. */
export const MANIFEST = 'dataset.json';

/** Parts of a data set. */
export const SPLITS = ['train', 'validation', 'test'] as const;
/** A part of a data set. */
export type Split = (typeof SPLITS)[number];

const hashesSchema = z.record(
  // What is read is in the folder: no path leads out of it.
  z.string().regex(/^\w[\w.-]*$/),
  z.string().regex(/^[0-9a-f]{64}$/),
);
const factsSchema = z.strictObject({
  gain: z.number(),
  /** Null where stacks were read and nothing is known of it. */
  readNoiseSigma: z.number().nullable(),
  averageSnrDb: z.number().nullable(),
  /** Intensities of the original blurred stacks that are 0 and 1 in this folder. */
  intensity: z.strictObject({ black: z.number(), white: z.number() }),
});
const idsSchema = z.array(z.string().regex(/^\w[\w.-]*$/)).readonly();
const manifestSchema = z.strictObject({
  /** Key of the data: settings, stacks and version of the numbers that the volumes come from. */
  key: z.string(),
  facts: factsSchema,
  volumes: z.strictObject({ train: idsSchema, validation: idsSchema, test: idsSchema }),
  /** Number of unpaired sharp stacks; files and this field have their first name. */
  unmatched: z.int().nonnegative(),
  targets: z.int().nonnegative(),
  /** SHA-256 of the files by name. */
  hashes: hashesSchema,
  /** SHA-256 of the stacks that were read, by path; none for simulated ones. */
  sources: z.record(z.string(), z.string()),
});

/** Numbers found while the volumes were made. */
export type DatasetFacts = Readonly<z.infer<typeof factsSchema>>;
/** `dataset.json` of the folder of a data set. */
export type DatasetManifest = Readonly<z.infer<typeof manifestSchema>>;

/** The manifest of a folder; undefined when there is none, or it is damaged. */
export function readManifest(folder: string): DatasetManifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readIfThere(join(folder, MANIFEST)) ?? 'null'));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/**
 * Folder of a data set, or of its test volumes under a condition.
 *
 * @param condition - What test volumes are recorded with; undefined, or one that changes nothing,
 *   for the data set itself.
 */
export function datasetFolder(
  settings: DatasetSettings,
  resultsDir: string,
  profile: string,
  condition?: ResolvedCondition,
): string {
  const own = condition === undefined ? null : testKey(settings, condition);
  return join(resultsDir, profile, 'data', own ?? contentHash(settings).slice(0, 12));
}

/**
 * SHA-256 of the stacks that a data set is made of; nothing outside the settings goes into
 * simulated volumes.
 *
 * @throws {InputError} If stacks that the settings name are not there.
 */
export async function hashSourceStacks(settings: DatasetSettings): Promise<Hashes> {
  if (settings.kind !== 'tiff-folders') return {};
  const { hashStacks, listStacks } = await import('./tiffFolders.ts');
  return hashStacks(listStacks(settings));
}

/** The data of a result as they are on this machine now. */
export interface DataNow {
  /** SHA-256 by name of the files that are here, and of the stacks that they are made from. */
  readonly inputs: Hashes;
  /** Why the stacks cannot be read; null where they can. */
  readonly problem: string | null;
}

/**
 * What goes into a result now, as far as it is on this machine. Volumes that other settings or
 * another version of the numbers made count as not here: they would be made again.
 */
export async function readDataNow(
  settings: DatasetSettings,
  resultsDir: string,
  profile: string,
  condition?: ResolvedCondition,
): Promise<DataNow> {
  let sources: Hashes;
  try {
    sources = await hashSourceStacks(settings);
  } catch (error) {
    // On a machine without the stacks a result is still a result, but nobody can say that it is up
    // to date.
    if (!(error instanceof InputError)) throw error;
    return { inputs: {}, problem: error.message };
  }
  const tested = condition === undefined ? settings : testedDataset(settings, condition);
  const manifest = readManifest(datasetFolder(settings, resultsDir, profile, condition));
  const isFresh = manifest?.key === testDataKey(settings, tested, sources);
  return { inputs: { ...(isFresh ? manifest.hashes : {}), ...sources }, problem: null };
}
