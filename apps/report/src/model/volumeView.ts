import type { ShownVolume, VolumeSet } from '../inputs/readVolumeSet.ts';

/** A square part of a plane, in voxels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/**
 * Where to look first: chosen from the numbers, so that the same volumes always open in the same
 * way.
 */
export interface VolumeView {
  /** The plane of the reference with the largest mean. */
  readonly plane: number;
  /** The square of a quarter of the side with the largest sum in that plane. */
  readonly region: Region;
}

/** The ground truth, or the first volume where there is none. */
export function referenceOf(set: VolumeSet): ShownVolume {
  return set.items.find(({ role }) => role === 'truth') ?? set.items[0];
}

/** Chooses the opening view of a set of volumes. */
export function chooseView(set: VolumeSet): VolumeView {
  const [depth, height, width] = set.shape;
  const { grey } = referenceOf(set);
  const area = height * width;
  let plane = 0;
  let brightest = -1;
  for (let z = 0; z < depth; z++) {
    let sum = 0;
    for (let i = z * area; i < (z + 1) * area; i++) sum += grey[i];
    if (sum > brightest) [plane, brightest] = [z, sum];
  }
  return {
    plane,
    region: brightestRegion(grey.subarray(plane * area, (plane + 1) * area), height, width),
  };
}

function brightestRegion(plane: Uint8Array, height: number, width: number): Region {
  const size = Math.max(4, Math.floor(Math.min(height, width) / 4));
  const stride = Math.max(1, Math.floor(size / 4));
  let best: Region = { x: 0, y: 0, size };
  let brightest = -1;
  for (let y = 0; y + size <= height; y += stride) {
    for (let x = 0; x + size <= width; x += stride) {
      let sum = 0;
      for (let v = y; v < y + size; v++)
        for (let u = x; u < x + size; u++) sum += plane[v * width + u];
      if (sum > brightest) [best, brightest] = [{ x, y, size }, sum];
    }
  }
  return best;
}
