import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Volume } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import { runDirectory, writeTextAtomically, type ResolvedExperiment } from '@blurcycle/experiment';
import type { PreparedDataset } from './prepareDataset.ts';
import { readRuns } from './readRuns.ts';

/** One volume of the slice viewer. */
interface ViewerItem {
  readonly id: string;
  readonly label: string;
  readonly role: 'input' | 'truth' | 'estimate';
  readonly file: string;
}

/**
 * Writes the first test volume, its truth and every method's estimate (first seed) for the slice viewer.
 *
 * volumes.json names them; each is an 8-bit grey PNG with the z planes stacked from top to bottom, all through the same
 * display window [0, dataRange].
 */
export async function writeViewerVolumes(
  folder: string,
  experiment: ResolvedExperiment,
  { test }: PreparedDataset,
  resultsDir: string,
): Promise<void> {
  const [shown] = test;
  if (shown === undefined) return;
  const window = [0, experiment.settings.scoring.dataRange] as const;
  await rm(join(folder, 'volumes'), { recursive: true, force: true });
  await mkdir(join(folder, 'volumes'), { recursive: true });
  const items: ViewerItem[] = [];
  const add = async (id: string, label: string, role: ViewerItem['role'], volume: Volume): Promise<void> => {
    const file = `volumes/${id}.png`;
    await writeFile(join(folder, file), encodeMontage(volume, window));
    items.push({ id, label, role, file });
  };
  await add('input', 'Input', 'input', shown.blurred);
  await add('truth', 'Ground truth', 'truth', shown.sharp);
  for (const { id, label, runs } of experiment.rows) {
    const [result] = await readRuns(runs.slice(0, 1), resultsDir);
    if (result?.record === undefined) continue;
    const { run } = result;
    const path = join(runDirectory(resultsDir, run.profile, run.id), 'predictions', `${shown.id}.tif`);
    await add(id, label, 'estimate', (await readTiffStack(path)).volume);
  }
  const { shape, voxelSizeUm } = shown.sharp;
  const description = { title: `Test volume ${shown.id}`, shape, voxelSizeUm, window, items };
  writeTextAtomically(join(folder, 'volumes.json'), `${JSON.stringify(description, null, 2)}\n`);
}

function encodeMontage({ data, shape }: Volume, [low, high]: readonly [number, number]): Buffer {
  const [depth, height, width] = shape;
  const grey = Buffer.from(
    Uint8Array.from(data, (value) =>
      Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low)))),
    ),
  );
  const image = new PNG({
    width,
    height: depth * height,
    colorType: 0,
    bitDepth: 8,
    inputColorType: 0,
    inputHasAlpha: false,
  });
  image.data = grey;
  return PNG.sync.write(image, {
    colorType: 0,
    inputColorType: 0,
    bitDepth: 8,
    inputHasAlpha: false,
    deflateLevel: 9,
  });
}
