import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTiffStack } from '@blurcycle/data';
import type { RunSettings } from '@blurcycle/experiment';
import { predictVolume } from '@blurcycle/inference';
import type { Network } from '@blurcycle/models';
import type { Observation } from '../dataset/datasetFolder.ts';
import { predictionPath } from './scorePredictions.ts';

/** Deconvolves test volumes and writes each as TIFF into `predictions/` of the folder, anew. */
export async function predictTestVolumes(
  generator: Network,
  test: readonly Observation[],
  { inference }: Pick<RunSettings, 'inference'>,
  folder: string,
): Promise<void> {
  await rm(join(folder, 'predictions'), { recursive: true, force: true });
  await mkdir(join(folder, 'predictions'), { recursive: true });
  for (const { id, blurred } of test) {
    const estimate = await predictVolume(generator, blurred, inference);
    await writeTiffStack(join(folder, predictionPath(id)), estimate, { sampleType: 'float32' });
  }
}
