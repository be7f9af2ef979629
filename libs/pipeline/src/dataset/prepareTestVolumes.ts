import { join } from 'node:path';
import { createVolume } from '@blurcycle/core';
import { recordPairs } from '@blurcycle/data';
import {
  contentHash,
  type DatasetSettings,
  type Hashes,
  type ResolvedCondition,
  testedDataset,
  testKey,
} from '@blurcycle/experiment';
import { readSourceHash } from '../run/sourceHash.ts';
import { createDatasetPsf } from './createDatasetPsf.ts';
import { readManifest, withTruth } from './datasetFolder.ts';
import {
  prepareDataset,
  type PrepareDatasetOptions,
  type PreparedDataset,
  prepareFolder,
  readDatasetHashes,
} from './prepareDataset.ts';

/**
 * The test volumes of a data set under a condition: its own, or the same specimens recorded again
 * with another microscope or other noise, by the gain and the random numbers of the data set.
 *
 * Kept in `results/<profile>/data/<key>` like any data set; training and validation volumes come
 * back empty.
 */
export async function prepareTestVolumes(
  trained: DatasetSettings,
  condition: ResolvedCondition,
  options: Omit<PrepareDatasetOptions, 'splits'>,
): Promise<PreparedDataset> {
  const own = { ...options, splits: ['test'] as const };
  const key = testKey(trained, condition);
  if (key === null) return prepareDataset(trained, own);
  const settings = testedDataset(trained, condition);
  if (settings.kind !== 'microtubules')
    throw new Error('internal: only microtubules are recorded again');
  const madeFrom = contentHash({ trained, settings, source: await readSourceHash() });
  const folder = join(options.resultsDir, options.profile, 'data', key);
  return prepareFolder(folder, { key: madeFrom, sources: {} }, own, async () => {
    const { test, facts } = await prepareDataset(trained, own);
    const psf = createDatasetPsf(settings);
    const { gain } = facts;
    const { pairs, readNoiseSigma, averageSnrDb } = recordPairs(withTruth(test), {
      ...settings,
      psf,
      gain,
    });
    const snr = Number.isFinite(averageSnrDb) ? averageSnrDb : null;
    return {
      ...{ train: [], validation: [], test: pairs, unpaired: [], targets: [] },
      kernel: createVolume(
        psf.shape,
        psf.voxelSizeUm,
        psf.data.map((value) => gain * value),
      ),
      facts: { ...facts, readNoiseSigma, averageSnrDb: snr },
    };
  });
}

/** SHA-256 by name of what the test volumes are made of now, as far as it is there. */
export async function readTestHashes(
  trained: DatasetSettings,
  condition: ResolvedCondition,
  resultsDir: string,
  profile: string,
): Promise<Hashes> {
  const key = testKey(trained, condition);
  if (key === null) return readDatasetHashes(trained, resultsDir, profile);
  return readManifest(join(resultsDir, profile, 'data', key))?.hashes ?? {};
}
