import type { VoxelSizeUm } from '@blurcycle/core';

/**
 * How much of a voxel lies within `radiusUm` of a point or axis that is (dz, dy, dx) away from the
 * voxel's centre.
 *
 * v = clamp(1/2 + (R - d) / w, 0, 1), where d is the distance and w = √Σ(uᵢ sᵢ)² the side of the
 * voxel (sides s) seen along the direction u from the axis. So the edge is soft over one voxel, and
 * what is drawn has the volume of the body to a few per cent even where a voxel is as thick as the
 * body.
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
