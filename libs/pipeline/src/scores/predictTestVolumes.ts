import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTiffStack } from '@blurcycle/data';
import type { RunSettings, VolumeScores } from '@blurcycle/experiment';
import { predictVolume } from '@blurcycle/inference';
import type { Network } from '@blurcycle/models';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { scoreEstimate } from './scoreEstimate.ts';

/** Deconvolves the test volumes, writes each as TIFF, and scores it. */
export async function predictTestVolumes(
  generator: Network,
  { test, kernel }: Pick<PreparedDataset, 'test' | 'kernel'>,
  { inference, scoring }: RunSettings,
  folder: string,
): Promise<VolumeScores[]> {
  await mkdir(folder, { recursive: true });
  const scored: VolumeScores[] = [];
  for (const observation of test) {
    const { id, blurred } = observation;
    const estimate = await predictVolume(generator, blurred, inference);
    await writeTiffStack(join(folder, `${id}.tif`), estimate, { sampleType: 'float32' });
    scored.push({
      volume: id,
      scores: scoreEstimate(estimate, observation, { ...scoring, kernel }),
    });
  }
  return scored;
}
