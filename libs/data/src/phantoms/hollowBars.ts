import {
  assertRange,
  createVolume,
  voxelIndex,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { softEdge, type Centerline, type Point3 } from './drawTube.ts';

/** Hollow bars side by side. */
export interface HollowBarsOptions {
  /** Sides in voxels, z, y, x. */
  readonly shape: Shape3;
  /** Edge lengths of a voxel in µm, z, y, x. */
  readonly voxelSizeUm: VoxelSizeUm;
  /** Outer radius of the thickest bar in µm; the others are 1/2, 1/3, ... of it. */
  readonly radiusUm: number;
  /** Number of bars. @defaultValue 4 */
  readonly count?: number;
  /** Inner radius as a part of the outer one, between 0 and 1. @defaultValue 0.5 */
  readonly hollow?: number;
}

/** A phantom and the axes of its bars in µm, from the thickest to the thinnest. */
export interface HollowBarsPhantom {
  readonly volume: Volume;
  readonly axes: readonly Centerline[];
}

/**
 * Round hollow bars of intensity 1 along x, in the middle plane, from thick to thin: a test object
 * for resolution.
 *
 * Bar i of n (from 0) has the outer radius `radiusUm` / (i + 1) and its axis at y = (i + 1/2) / n
 * of the height; the bars end at one eighth and seven eighths of the width. A hollow that is dark
 * after deconvolution is resolved. Nothing is random.
 *
 * @throws {RuleError} If the thickest bar leaves its part of the volume.
 */
export function hollowBars(options: HollowBarsOptions): HollowBarsPhantom {
  const { shape, voxelSizeUm, radiusUm, count = 4, hollow = 0.5 } = options;
  const [dz, dy, dx] = voxelSizeUm;
  const volume = createVolume(shape, voxelSizeUm);
  assertRange(
    Number.isSafeInteger(count) && count > 0,
    'hollowBars',
    'count',
    'be a positive integer',
    count,
  );
  assertRange(hollow > 0 && hollow < 1, 'hollowBars', 'hollow', 'lie between 0 and 1', hollow);
  const room = Math.min((shape[0] * dz) / 2, (shape[1] * dy) / (2 * count));
  assertRange(
    radiusUm > 0 && radiusUm <= room,
    'hollowBars',
    'radiusUm',
    `be positive and at most ${room} µm, so that ${count} bars lie apart`,
    radiusUm,
  );
  const pitch = shape[1] / count;
  const [low, high] = [shape[2] / 8, (7 * shape[2]) / 8];
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const bar = Math.floor((y + 0.5) / pitch);
      const offsetZ = (z - (shape[0] - 1) / 2) * dz;
      const offsetY = (y + 0.5 - (bar + 0.5) * pitch) * dy;
      const outer = radiusUm / (bar + 1);
      const wall =
        softEdge(outer, offsetZ, offsetY, 0, voxelSizeUm) -
        softEdge(hollow * outer, offsetZ, offsetY, 0, voxelSizeUm);
      for (let x = 0; x < shape[2] && wall > 0; x++) {
        // The part of the voxel between the two ends of the bar.
        const along = Math.min(1, Math.max(0, Math.min(x + 1 - low, high - x)));
        volume.data[voxelIndex(shape, z, y, x)] = wall * along;
      }
    }
  }
  const axisAt = (bar: number, x: number): Point3 => [
    ((shape[0] - 1) / 2) * dz,
    ((bar + 0.5) * pitch - 0.5) * dy,
    (x - 0.5) * dx,
  ];
  const axes = Array.from({ length: count }, (_, bar) => [axisAt(bar, low), axisAt(bar, high)]);
  return { volume, axes };
}
