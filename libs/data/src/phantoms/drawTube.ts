import { voxelIndex, type Volume } from '@blurcycle/core';
import { softEdge } from './softEdge.ts';
import type { CentreLine, Point3 } from './centreLine.ts';

/**
 * Draws a tube of intensity 1 around a centre line into `volume`, keeping the larger value where
 * tubes meet.
 *
 * The edge is soft over one voxel, see `softEdge`.
 *
 * Cost: the voxels of the tube times the segments within one radius.
 *
 * @param volume - Changed in place.
 * @param radiusUm - Radius of the tube.
 */
export function drawTube(volume: Volume, centreLine: CentreLine, radiusUm: number): void {
  if (centreLine.length === 1) drawSegment(volume, centreLine[0], centreLine[0], radiusUm);
  for (let i = 1; i < centreLine.length; i++) {
    drawSegment(volume, centreLine[i - 1], centreLine[i], radiusUm);
  }
}

function drawSegment(volume: Volume, from: Point3, to: Point3, radiusUm: number): void {
  const { data, shape, voxelSizeUm } = volume;
  const [sz, sy, sx] = voxelSizeUm;
  const [tz, ty, tx] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const lengthSquared = tz * tz + ty * ty + tx * tx;
  const [firstZ, lastZ] = reach(from[0], to[0], radiusUm, sz, shape[0]);
  const [firstY, lastY] = reach(from[1], to[1], radiusUm, sy, shape[1]);
  const [firstX, lastX] = reach(from[2], to[2], radiusUm, sx, shape[2]);
  for (let z = firstZ; z <= lastZ; z++) {
    for (let y = firstY; y <= lastY; y++) {
      const row = voxelIndex(shape, z, y, 0);
      for (let x = firstX; x <= lastX; x++) {
        const [pz, py, px] = [z * sz - from[0], y * sy - from[1], x * sx - from[2]];
        const along = lengthSquared === 0 ? 0 : (pz * tz + py * ty + px * tx) / lengthSquared;
        const t = Math.min(1, Math.max(0, along));
        const [dz, dy, dx] = [pz - t * tz, py - t * ty, px - t * tx];
        const value = softEdge(radiusUm, dz, dy, dx, voxelSizeUm);
        if (value > data[row + x]) data[row + x] = value;
      }
    }
  }
}

/** First and last voxel that a tube of this radius can touch along one axis. */
function reach(
  from: number,
  to: number,
  radiusUm: number,
  voxelUm: number,
  side: number,
): readonly [number, number] {
  const low = Math.min(from, to) - radiusUm;
  const high = Math.max(from, to) + radiusUm;
  return [
    Math.max(0, Math.floor(low / voxelUm - 0.5)),
    Math.min(side - 1, Math.ceil(high / voxelUm + 0.5)),
  ];
}
