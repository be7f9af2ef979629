import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTiffStack, type Pair } from '@blurcycle/data';
import type { RunSettings, VolumeScores } from '@blurcycle/experiment';
import type { Network } from '@blurcycle/models';
import { predictVolume } from './predictVolume.ts';
import { scoreVolume } from './scoreVolume.ts';

/** Deconvolves the test volumes, writes each as TIFF, and scores it against its truth. */
export async function predictTestVolumes(
  generator: Network,
  pairs: readonly Pair[],
  { inference, scoring }: RunSettings,
  folder: string,
): Promise<VolumeScores[]> {
  await mkdir(folder, { recursive: true });
  const scored: VolumeScores[] = [];
  for (const { id, blurred, sharp } of pairs) {
    const estimate = await predictVolume(generator, blurred, inference);
    await writeTiffStack(join(folder, `${id}.tif`), estimate, { sampleType: 'float32' });
    scored.push({ volume: id, scores: scoreVolume(estimate, sharp, scoring) });
  }
  return scored;
}
