import type { ShownVolume, VolumeSet } from '../inputs/readVolumeSet.ts';
import { greyPng } from './greyPng.ts';

/** What base64 makes of bytes. */
const BASE64_GROWTH = 4 / 3;
/** No stack is left with fewer planes. */
const FEWEST_PLANES = 2;

/**
 * Leaves out planes where a report would become too large: every second one of the largest set, and
 * so on with the set that is then the largest, until the stacks fit. The voxel size follows, so
 * that sections keep their proportions.
 *
 * @param sets - Volume sets of the report; a stack in several of them counts once.
 * @param budgetBytes - Largest size of all stacks together inside the page.
 */
export function thinVolumes(sets: readonly VolumeSet[], budgetBytes: number): readonly VolumeSet[] {
  const thinned = [...sets];
  for (;;) {
    const sizes = embeddedBytes(thinned);
    if (sizes.reduce((sum, size) => sum + size, 0) <= budgetBytes) return thinned;
    const [largest] = thinned
      .map((set, i) => ({ i, size: sizes[i], canShrink: set.shape[0] >= 2 * FEWEST_PLANES }))
      .filter(({ canShrink }) => canShrink)
      .sort((a, b) => b.size - a.size);
    if (largest === undefined) return thinned;
    const { i } = largest;
    thinned[i] = keepEvery(sets[i], 2 * thinned[i].planeStep);
  }
}

/** Size of each set inside the page; a stack that an earlier set has takes nothing. */
function embeddedBytes(sets: readonly VolumeSet[]): number[] {
  const seen = new Set<string>();
  return sets.map(({ items }) =>
    items.reduce((sum, { png }) => {
      const key = png.toString('base64');
      if (seen.has(key)) return sum;
      seen.add(key);
      return sum + png.length * BASE64_GROWTH;
    }, 0),
  );
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
  return {
    ...set,
    shape: [kept, height, width],
    voxelSizeUm: [dz * step, dy, dx],
    items,
    planeStep: step,
  };
}
