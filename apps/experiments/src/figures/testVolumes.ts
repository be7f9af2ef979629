import { join } from 'node:path';
import { readTiffStack } from '@blurcycle/data';
import { runDirectory, type ResolvedExperiment } from '@blurcycle/experiment';
import type { PreparedDataset } from '../runs/prepareDataset.ts';
import { readRuns } from '../runs/readRuns.ts';
import type { ShownVolumes } from './writeVolumesBlock.ts';

/**
 * The first test volume, its truth and every row's estimate (first seed), through the window [0, dataRange].
 *
 * @returns Nothing when there is no test volume.
 */
export async function testVolumes(
  experiment: ResolvedExperiment,
  { test }: PreparedDataset,
  resultsDir: string,
): Promise<ShownVolumes | undefined> {
  const [shown] = test;
  if (shown === undefined) return undefined;
  const items: ShownVolumes['items'][number][] = [
    { id: 'input', label: 'Input', role: 'input', volume: shown.blurred },
    { id: 'truth', label: 'Ground truth', role: 'truth', volume: shown.sharp },
  ];
  for (const { id, label, runs } of experiment.rows) {
    const [result] = await readRuns(runs.slice(0, 1), resultsDir);
    if (result?.record === undefined) continue;
    const { run } = result;
    const path = join(runDirectory(resultsDir, run.profile, run.id), 'predictions', `${shown.id}.tif`);
    items.push({ id, label, role: 'estimate', volume: (await readTiffStack(path)).volume });
  }
  const window = [0, experiment.settings.scoring.dataRange] as const;
  return { id: 'test-volumes', title: `Test volume ${shown.id}`, window, items };
}
