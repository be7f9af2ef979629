/** @file Stacks of images as the page shows them: the opening view, the size, PNGs, sections. */

import { PNG } from 'pngjs';
import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';

/** A square part of a plane, in voxels. */
interface Region {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** The opening view, chosen from the values: the same volumes open in the same way. */
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
  const { gray } = referenceOf(set);
  const area = height * width;
  let plane = 0;
  let brightest = -1;
  for (let z = 0; z < depth; z++) {
    let sum = 0;
    for (let i = z * area; i < (z + 1) * area; i++) sum += gray[i];
    if (sum > brightest) [plane, brightest] = [z, sum];
  }
  return {
    plane,
    region: brightestRegion(gray.subarray(plane * area, (plane + 1) * area), height, width),
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

/** Growth of bytes in base64. */
const BASE64_GROWTH = 4 / 3;
/** Fewest planes that are left of a stack. */
const FEWEST_PLANES = 2;

/**
 * Halves the number of planes of the largest set, and of the set that is then the largest, until
 * the stacks fit. The voxel size is adapted, so that sections keep their proportions.
 *
 * @param sets - Volume sets of the report; a stack in several of them counts once.
 * @param budgetBytes - Largest size of all stacks together in the page.
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

/** Size of each set in the page; a stack that an earlier set holds adds nothing. */
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
    const gray = new Uint8Array(kept * height * width);
    for (let z = 0; z < kept; z++) {
      const from = z * step * height * width;
      gray.set(item.gray.subarray(from, from + height * width), z * height * width);
    }
    return { ...item, gray, png: grayPng(gray, width, height * kept, true) };
  });
  return {
    ...set,
    shape: [kept, height, width],
    voxelSizeUm: [dz * step, dy, dx],
    items,
    planeStep: step,
  };
}

/**
 * An 8-bit gray PNG.
 *
 * @param compress - Whether to deflate large images. The bytes of an uncompressed PNG do not depend
 *   on the version of zlib.
 */
export function grayPng(
  gray: Uint8Array,
  width: number,
  height: number,
  compress: boolean,
): Buffer {
  const png = new PNG({ width, height });
  for (let i = 0; i < gray.length; i++) {
    png.data.fill(gray[i], 4 * i, 4 * i + 3);
    png.data[4 * i + 3] = 255;
  }
  const options = { colorType: 0, inputHasAlpha: true } as const;
  return PNG.sync.write(
    png,
    compress ? { ...options, deflateLevel: 9 } : { ...options, deflateLevel: 0, filterType: 0 },
  );
}

/** The section at row `y`: [z, x], the first plane at the top. */
export function sectionXz(
  gray: Uint8Array,
  [depth, height, width]: readonly [number, number, number],
  y: number,
): Uint8Array {
  const section = new Uint8Array(depth * width);
  for (let z = 0; z < depth; z++) {
    const from = (z * height + y) * width;
    section.set(gray.subarray(from, from + width), z * width);
  }
  return section;
}
