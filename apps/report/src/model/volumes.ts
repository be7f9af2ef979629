/** @file Stacks of images as the page shows them: opening view, thinned ones, size, sections. */

import { grayPng } from '../html/grayPng.ts';
import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';

/** A square part of a plane, in voxels. */
interface Region {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** The opening view, chosen from the values: the same volumes open in the same way. */
export interface VolumeView {
  /** The plane of the reference with the largest variance: the one with most structure. */
  readonly plane: number;
  /** The square of a quarter of the side with the largest variance in that plane. */
  readonly region: Region;
}

/** The ground truth, or the first volume where there is none. */
function referenceOf(set: VolumeSet): ShownVolume {
  return set.items.find(({ role }) => role === 'truth') ?? set.items[0];
}

/** Chooses the opening view of a set of volumes. */
export function chooseView(set: VolumeSet): VolumeView {
  const [depth, height, width] = set.shape;
  const { gray } = referenceOf(set);
  const area = height * width;
  const planes = Array.from({ length: depth }, (_, z) => gray.subarray(z * area, (z + 1) * area));
  const spreads = planes.map((values) => varianceIn(values, width, { x: 0, y: 0, width, height }));
  const plane = spreads.indexOf(Math.max(...spreads));
  return { plane, region: liveliestRegion(planes[plane], height, width) };
}

function liveliestRegion(plane: Uint8Array, height: number, width: number): Region {
  const size = Math.max(4, Math.floor(Math.min(height, width) / 4));
  const stride = Math.max(1, Math.floor(size / 4));
  let best: Region = { x: 0, y: 0, size };
  let largest = -1;
  for (let y = 0; y + size <= height; y += stride) {
    for (let x = 0; x + size <= width; x += stride) {
      const spread = varianceIn(plane, width, { x, y, width: size, height: size });
      if (spread > largest) [best, largest] = [{ x, y, size }, spread];
    }
  }
  return best;
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Variance of the gray values in a rectangle of a plane. */
function varianceIn(plane: Uint8Array, stride: number, { x, y, width, height }: Rectangle): number {
  let sum = 0;
  let squares = 0;
  for (let v = y; v < y + height; v++) {
    for (let u = x; u < x + width; u++) {
      const value = plane[v * stride + u];
      sum += value;
      squares += value * value;
    }
  }
  const count = width * height;
  return squares / count - (sum / count) ** 2;
}

/**
 * Of stacks that an older version stored thinned along z, one plane: sections and projections of
 * them would be false.
 *
 * @param volumePlanes - Planes of the volumes that the stacks were taken from.
 */
export function onePlaneOf(set: VolumeSet, volumePlanes: number): VolumeSet {
  const [, height, width] = set.shape;
  const { plane } = chooseView(set);
  const items = set.items.map((item): ShownVolume => {
    const gray = item.gray.slice(plane * height * width, (plane + 1) * height * width);
    return { ...item, gray, png: grayPng(gray, width, height) };
  });
  return { ...set, shape: [1, height, width], items, part: 'plane', volumePlanes };
}

/** Growth of bytes in base64. */
const BASE64_GROWTH = 4 / 3;
/** Smallest side of a square that a stack is cut to, in voxels. */
const SMALLEST_SIDE = 32;

/**
 * Makes the stacks fit: halves both lateral sides of the largest set around its opening square, and
 * of the set that is then the largest; leaves a set out where it is small already. No plane is ever
 * left out, and the projections stay those of the whole stacks.
 *
 * @param sets - Volume sets of the report; a stack in several of them counts once.
 * @param excessBytes - By how much they must shrink together.
 */
export function fitVolumes(sets: readonly VolumeSet[], excessBytes: number): readonly VolumeSet[] {
  const fitted = [...sets];
  const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
  const budget = sumOf(embeddedBytes(sets)) - excessBytes;
  for (;;) {
    const sizes = embeddedBytes(fitted);
    if (sumOf(sizes) <= budget) return fitted;
    const i = sizes.indexOf(Math.max(...sizes));
    if (sizes[i] === 0) return fitted;
    fitted[i] = smaller(fitted[i]);
  }
}

/** Size of each set in the page; a stack that an earlier set holds adds nothing. */
function embeddedBytes(sets: readonly VolumeSet[]): number[] {
  const seen = new Set<string>();
  return sets.map(({ items, part }) =>
    items.reduce((sum, { png }) => {
      const key = png.toString('base64');
      if (part === 'none' || seen.has(key)) return sum;
      seen.add(key);
      return sum + png.length * BASE64_GROWTH;
    }, 0),
  );
}

function smaller(set: VolumeSet): VolumeSet {
  const [depth, height, width] = set.shape;
  if (Math.min(height, width) < 2 * SMALLEST_SIDE) return { ...set, part: 'none' };
  const { region } = chooseView(set);
  const [tall, wide] = [Math.floor(height / 2), Math.floor(width / 2)];
  const start = (from: number, side: number, whole: number): number =>
    Math.min(whole - side, Math.max(0, Math.floor(from + region.size / 2 - side / 2)));
  const [y, x] = [start(region.y, tall, height), start(region.x, wide, width)];
  const items = set.items.map((item): ShownVolume => {
    const gray = new Uint8Array(depth * tall * wide);
    for (let row = 0; row < depth * tall; row++) {
      const from = (Math.floor(row / tall) * height + y + (row % tall)) * width + x;
      gray.set(item.gray.subarray(from, from + wide), row * wide);
    }
    return { ...item, gray, png: grayPng(gray, wide, tall * depth) };
  });
  return { ...set, shape: [depth, tall, wide], items, part: 'square' };
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
