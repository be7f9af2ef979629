import {
  assertRange,
  createVolume,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { volumeBox, type Point3 } from './centreLine.ts';
import { drawTube } from './drawTube.ts';

/** Beads of one size. */
export interface BeadsOptions {
  /** Sides in voxels, z, y, x. */
  readonly shape: Shape3;
  /** Edge lengths of a voxel in µm, z, y, x. */
  readonly voxelSizeUm: VoxelSizeUm;
  readonly radiusUm: number;
  readonly count: number;
}

/** A phantom and the centres of its beads in µm. */
export interface BeadsPhantom {
  readonly volume: Volume;
  readonly centres: readonly Point3[];
}

/** Tries for each bead before the volume counts as full. */
const TRIES = 1000;

/**
 * Solid spheres of intensity 1, whole inside the volume and apart from each other, at random
 * places.
 *
 * @throws {RangeError} If the beads do not fit.
 */
export function beads(options: BeadsOptions, stream: RandomStream): BeadsPhantom {
  const { shape, voxelSizeUm, radiusUm, count } = options;
  assertRange(radiusUm > 0, 'beads', 'radiusUm', 'be positive', radiusUm);
  assertRange(
    Number.isSafeInteger(count) && count > 0,
    'beads',
    'count',
    'be a positive integer',
    count,
  );
  const volume = createVolume(shape, voxelSizeUm);
  const box = volumeBox(shape, voxelSizeUm, -radiusUm);
  const fits = box.low.every((low, axis) => low <= box.high[axis]);
  assertRange(fits, 'beads', 'radiusUm', 'let a bead fit into the volume', radiusUm);
  const centres: Point3[] = [];
  while (centres.length < count) {
    const centre = drawFreePlace(centres);
    centres.push(centre);
    drawTube(volume, [centre], radiusUm);
  }
  return { volume, centres };

  function drawFreePlace(taken: readonly Point3[]): Point3 {
    for (let i = 0; i < TRIES; i++) {
      const draw = (axis: number): number =>
        box.low[axis] + stream.uniform() * (box.high[axis] - box.low[axis]);
      const place: Point3 = [draw(0), draw(1), draw(2)];
      if (taken.every((other) => distance(place, other) >= 2 * radiusUm)) return place;
    }
    throw new RangeError(
      `beads: count must leave the beads apart, got ${count} (at most ${taken.length} found a place; take fewer or smaller beads)`,
    );
  }
}

function distance(a: Point3, b: Point3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
