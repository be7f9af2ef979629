import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTiffStack } from '@blurcycle/data';
import {
  dataSeed,
  type DatasetSettings,
  INPUT_METHOD,
  specimensKey,
  TARGET_METHOD,
  type VolumesBlock,
  type VolumesFigure,
} from '@blurcycle/experiment';
import { blockPart, type FigureContext, shownCells, shownDataset } from './figureContext.ts';
import { type ShownVolumes, writeVolumesBlock } from './images.ts';

/**
 * One test volume of one data set under each condition: its image, its truth where that is known,
 * and every row's estimate, all through the window [0, dataRange].
 *
 * A row without a prediction of this specimen is left out; the table says why.
 */
export async function testVolumes(
  figure: VolumesFigure,
  id: string,
  context: FigureContext,
): Promise<readonly VolumesBlock[]> {
  const { experiment, volumesOf, folder } = context;
  const wanted = figure.conditions;
  const { seed, settings: dataset } = shownDataset(context);
  const blocks: VolumesBlock[] = [];
  for (const condition of experiment.conditions) {
    if (wanted !== undefined && !wanted.includes(condition.id ?? '')) continue;
    const { test, targets } = await volumesOf(dataset, condition);
    const shown = test[figure.volume ?? 0];
    if (shown === undefined) continue;
    const items: ShownVolumes['items'][number][] = [
      { id: 'input', label: 'Input', role: 'input', volume: shown.blurred },
      ...(shown.sharp === null
        ? []
        : [
            {
              id: 'truth',
              label: 'Ground truth',
              role: 'truth' as const,
              volume: shown.sharp,
            },
          ]),
    ];
    for (const { row, tests } of shownCells(context, condition, figure.rows)) {
      if (row.method === INPUT_METHOD) continue;
      if (row.method === TARGET_METHOD) {
        const volume = targets[figure.volume ?? 0];
        items.push({ id: row.id, label: row.label, role: 'estimate', volume });
        continue;
      }
      const test = tests.find((one) => seed === null || one.seed === seed);
      if (test?.scores === undefined || test.data !== specimensKey(dataset)) continue;
      const path = join(test.predictions, `${shown.id}.tif`);
      if (!existsSync(path)) continue;
      const { volume } = await readTiffStack(path);
      items.push({ id: row.id, label: row.label, role: 'estimate', volume });
    }
    const part = condition.id === null ? id : `${id}-${blockPart(condition.id)}`;
    const name = `${figure.title ?? 'Test volume'}, ${specimenName(shown.id, dataset)}`;
    const title = condition.id === null ? name : `${name}: ${condition.label}`;
    const window = [0, experiment.settings.scoring.dataRange] as const;
    blocks.push(await writeVolumesBlock(folder, { id: part, title, window, items }));
  }
  return blocks;
}

/** `test-0` alone is another specimen in each data set. */
function specimenName(id: string, dataset: DatasetSettings): string {
  const seed = dataSeed(dataset);
  return seed === null ? id : `${id} of data seed ${seed}`;
}
