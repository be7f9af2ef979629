import type { ShownVolume, VolumeSet } from '../inputs/volumeSet.ts';
import { greyPng } from './greyPng.ts';

/** What base64 makes of bytes. */
const BASE64_GROWTH = 4 / 3;

/**
 * Leaves out planes where a report would become too large: every second one, then every fourth, from all sets alike,
 * until the stacks fit. The voxel size follows, so that sections keep their proportions.
 *
 * @param sets - Volume sets of the report; a stack in several of them counts once.
 * @param budgetBytes - Largest size of all stacks together inside the page.
 */
export function thinVolumes(sets: readonly VolumeSet[], budgetBytes: number): readonly VolumeSet[] {
  let thinned = sets;
  for (
    let step = 2;
    embeddedBytes(thinned) > budgetBytes && sets.some(({ shape }) => shape[0] >= 2 * step);
    step *= 2
  ) {
    thinned = sets.map((set) => keepEvery(set, step));
  }
  return thinned;
}

function embeddedBytes(sets: readonly VolumeSet[]): number {
  const distinct = new Map(
    sets.flatMap(({ items }) => items).map(({ png }) => [png.toString('base64'), png.length] as const),
  );
  return [...distinct.values()].reduce((sum, bytes) => sum + bytes * BASE64_GROWTH, 0);
}

function keepEvery(set: VolumeSet, step: number): VolumeSet {
  const [depth, height, width] = set.shape;
  const [dz, dy, dx] = set.voxelSizeUm;
  const kept = Math.ceil(depth / step);
  const items = set.items.map((item): ShownVolume => {
    const grey = new Uint8Array(kept * height * width);
    for (let z = 0; z < kept; z++) {
      const from = z * step * height * width;
      grey.set(item.grey.subarray(from, from + height * width), z * height * width);
    }
    return { ...item, grey, png: greyPng(grey, width, height * kept, true) };
  });
  return { ...set, shape: [kept, height, width], voxelSizeUm: [dz * step, dy, dx], items, planeStep: step };
}
