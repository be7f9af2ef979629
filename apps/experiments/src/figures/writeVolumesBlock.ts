import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Volume } from '@blurcycle/core';
import type { VolumesBlock } from '@blurcycle/experiment';
import { encodeGreyPng } from './encodeGreyPng.ts';

/** Stacks of one place. */
export interface ShownVolumes {
  /** Unique within the experiment. */
  readonly id: string;
  readonly title: string;
  /** Intensities shown as black and as white. */
  readonly window: readonly [number, number];
  /** All of one shape and voxel size. */
  readonly items: readonly (Pick<VolumesBlock['items'][number], 'id' | 'label' | 'role'> & {
    readonly volume: Volume;
  })[];
}

/**
 * Writes stacks for the slice viewer, `figures/<block>-<item>.png` with the z planes from top to
 * bottom.
 *
 * @param folder - Directory of the experiment.
 * @returns The block of `figures.json` that names them.
 */
export async function writeVolumesBlock(
  folder: string,
  { id, title, window, items }: ShownVolumes,
): Promise<VolumesBlock> {
  const [{ volume: first }] = items;
  await mkdir(join(folder, 'figures'), { recursive: true });
  const written: VolumesBlock['items'][number][] = [];
  for (const { volume, ...item } of items) {
    const [depth, height, width] = volume.shape;
    const file = `figures/${id}-${item.id}.png`;
    await writeFile(join(folder, file), encodeGreyPng(volume.data, width, depth * height, window));
    written.push({ ...item, file });
  }
  const { shape, voxelSizeUm } = first;
  return { kind: 'volumes', id, title, shape, voxelSizeUm, window, items: written };
}
