import type { Volume } from './volume.ts';

/** A plane of a volume, row by row. */
export interface PlaneSection {
  readonly sides: readonly [rows: number, columns: number];
  /** Edge lengths of a pixel in µm. */
  readonly pixelSizeUm: readonly [down: number, across: number];
  readonly values: Float32Array;
}

/**
 * The XY plane of a volume.
 *
 * @param z - Plane; the middle one unless given.
 */
export function lateralSection(
  { data, shape, voxelSizeUm }: Volume,
  z = middle(shape[0]),
): PlaneSection {
  const [, height, width] = shape;
  const values = data.slice(z * height * width, (z + 1) * height * width);
  return { sides: [height, width], pixelSizeUm: [voxelSizeUm[1], voxelSizeUm[2]], values };
}

/**
 * The XZ plane of a volume, the first plane of the stack on top.
 *
 * @param y - Row; the middle one unless given.
 */
export function axialSection(
  { data, shape, voxelSizeUm }: Volume,
  y = middle(shape[1]),
): PlaneSection {
  const [depth, height, width] = shape;
  const values = new Float32Array(depth * width);
  for (let z = 0; z < depth; z++) {
    const from = (z * height + y) * width;
    values.set(data.subarray(from, from + width), z * width);
  }
  return { sides: [depth, width], pixelSizeUm: [voxelSizeUm[0], voxelSizeUm[2]], values };
}

/** With an even side, the second of the two middle ones. */
function middle(side: number): number {
  return Math.floor(side / 2);
}
