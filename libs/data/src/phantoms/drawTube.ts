import { voxelIndex, type Shape3, type Volume, type VoxelSizeUm } from '@blurcycle/core';

/** A point or direction in µm, in the order z, y, x. */
export type Point3 = readonly [z: number, y: number, x: number];

/** The axis of a filament: a polyline of points in µm. */
export type Centerline = readonly Point3[];

/** An axis-parallel box in µm, from `low` to `high`. */
export interface Box {
  readonly low: Point3;
  readonly high: Point3;
}

/** The box that the voxels of a volume fill; voxel (i, j, k) is centered at (i dz, j dy, k dx). */
export function volumeBox(shape: Shape3, voxelSizeUm: VoxelSizeUm, marginUm = 0): Box {
  const low = (axis: number): number => -voxelSizeUm[axis] / 2 - marginUm;
  const high = (axis: number): number => (shape[axis] - 0.5) * voxelSizeUm[axis] + marginUm;
  return { low: [low(0), low(1), low(2)], high: [high(0), high(1), high(2)] };
}

/** True if the point lies in the box. */
export function insideBox(box: Box, point: Point3): boolean {
  return point.every((value, axis) => value >= box.low[axis] && value <= box.high[axis]);
}

/**
 * Draws a tube of intensity 1 around a centerline into `volume`; where tubes meet, the larger value
 * stays.
 *
 * The edge is soft over one voxel, see `softEdge`.
 *
 * Cost: the voxels of the tube times the segments within one radius.
 *
 * @param volume - Changed in place.
 * @param radiusUm - Radius of the tube.
 */
export function drawTube(volume: Volume, centerline: Centerline, radiusUm: number): void {
  if (centerline.length === 1) drawSegment(volume, centerline[0], centerline[0], radiusUm);
  for (let i = 1; i < centerline.length; i++) {
    drawSegment(volume, centerline[i - 1], centerline[i], radiusUm);
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

/** First and last voxel along one axis that a tube of this radius can touch. */
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

/**
 * Fraction of a voxel within `radiusUm` of a point or axis at distance (dz, dy, dx) from the center
 * of the voxel.
 *
 * v = clamp(1/2 + (R - d) / w, 0, 1), where d is the distance and w = √Σ(uᵢ sᵢ)² the side of the
 * voxel (sides s) seen along the direction u from the axis. So the edge is soft over one voxel, and
 * the sum of the values is the volume of the body to a few percent even if a voxel is as thick as
 * the body.
 */
export function softEdge(
  radiusUm: number,
  dz: number,
  dy: number,
  dx: number,
  voxelSizeUm: VoxelSizeUm,
): number {
  const distance = Math.sqrt(dz * dz + dy * dy + dx * dx);
  const [sz, sy, sx] = voxelSizeUm;
  const width =
    distance === 0
      ? Math.min(sz, sy, sx)
      : Math.sqrt((dz * sz) ** 2 + (dy * sy) ** 2 + (dx * sx) ** 2) / distance;
  return Math.min(1, Math.max(0, 0.5 + (radiusUm - distance) / width));
}
