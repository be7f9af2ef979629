import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createVolume, describeViolation, InputError } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import {
  type DatasetSettings,
  readRunRecord,
  type ResolvedRun,
  runDirectory,
} from '@blurcycle/experiment';
import type { NoiseCoefficients } from '@blurcycle/models';
import type { KnownMicroscope } from '@blurcycle/training';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { KERNEL } from './scoreRun.ts';

/**
 * What a run may know of its microscope: kernel and noise of the data set, or, for a method of two
 * stages, those that the first stage has learned.
 *
 * @throws {InputError} If the first stage has left no kernel here.
 */
export async function knownMicroscope(
  { id, profile, settings, first }: ResolvedRun,
  { kernel, facts }: Pick<PreparedDataset, 'kernel' | 'facts'>,
  resultsDir: string,
): Promise<KnownMicroscope> {
  if (first === null) return { kernel, noise: noiseOfData(settings.dataset, facts) };
  const folder = runDirectory(resultsDir, profile, first.id);
  const path = join(folder, KERNEL);
  const record = readRunRecord(join(folder, 'record.json'));
  if (record?.status !== 'done' || !existsSync(path)) {
    const rule = `have the kernel that ${first.id} has learned`;
    throw new InputError(
      describeViolation('train', id, rule, 'none here', `train ${first.method} first`),
    );
  }
  const { volume } = await readTiffStack(path);
  return {
    // Files round voxel sizes; the settings state them.
    kernel: createVolume(volume.shape, settings.dataset.voxelSizeUm, volume.data),
    noise: record.noise ?? null,
  };
}

/** Noise of the training images where the simulation knows it in closed form. */
export function noiseOfData(
  dataset: DatasetSettings,
  { readNoiseSigma }: Pick<PreparedDataset['facts'], 'readNoiseSigma'>,
): NoiseCoefficients | null {
  if (dataset.kind !== 'microtubules' || readNoiseSigma === null) return null;
  const { poissonPeakCounts } = dataset.noise;
  return { a: poissonPeakCounts === null ? 0 : 1 / poissonPeakCounts, b: readNoiseSigma ** 2 };
}
