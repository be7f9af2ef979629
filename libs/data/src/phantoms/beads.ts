import {
  assertRange,
  createVolume,
  describeViolation,
  RuleError,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { drawTube, volumeBox, type Point3 } from './drawTube.ts';

/** Beads of one size. */
export interface BeadsOptions {
  /** Sides in voxels, z, y, x. */
  readonly shape: Shape3;
  /** Edge lengths of a voxel in µm, z, y, x. */
  readonly voxelSizeUm: VoxelSizeUm;
  readonly radiusUm: number;
  readonly count: number;
}

/** A phantom and the centers of its beads in µm. */
export interface BeadsPhantom {
  readonly volume: Volume;
  readonly centers: readonly Point3[];
}

/** Attempts to place a bead before the volume counts as full. */
const ATTEMPTS = 1000;

/**
 * Solid spheres of intensity 1 at random positions, entirely inside the volume, without overlap.
 *
 * @throws {RuleError} If the beads do not fit.
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
  const centers: Point3[] = [];
  while (centers.length < count) {
    const center = drawCenter(centers);
    centers.push(center);
    drawTube(volume, [center], radiusUm);
  }
  return { volume, centers };

  function drawCenter(others: readonly Point3[]): Point3 {
    for (let i = 0; i < ATTEMPTS; i++) {
      const draw = (axis: number): number =>
        box.low[axis] + stream.uniform() * (box.high[axis] - box.low[axis]);
      const center: Point3 = [draw(0), draw(1), draw(2)];
      if (others.every((other) => distance(center, other) >= 2 * radiusUm)) return center;
    }
    throw new RuleError(
      describeViolation(
        'beads',
        'count',
        'let the beads fit without overlap',
        count,
        `${others.length} fitted; take fewer or smaller beads`,
      ),
    );
  }
}

function distance(a: Point3, b: Point3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
