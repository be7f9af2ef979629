import { createVolume } from '@blurcycle/core';
import { recordPairs } from '@blurcycle/data';
import {
  type DatasetSettings,
  type ResolvedCondition,
  testDataKey,
  testedDataset,
  testKey,
} from '@blurcycle/experiment';
import { createDatasetPsf } from './createDatasetPsf.ts';
import { withTruth } from './datasetFolder.ts';
import { datasetFolder } from './manifest.ts';
import {
  prepareDataset,
  type PrepareDatasetOptions,
  type PreparedDataset,
  prepareFolder,
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
  if (testKey(trained, condition) === null) return prepareDataset(trained, own);
  const settings = testedDataset(trained, condition);
  if (settings.kind !== 'microtubules')
    throw new Error('internal: only microtubules are recorded again');
  const folder = datasetFolder(trained, options.resultsDir, options.profile, condition);
  const madeFrom = { key: testDataKey(trained, settings), sources: {} };
  return prepareFolder(folder, madeFrom, own, async () => {
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
