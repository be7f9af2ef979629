import { voxelCount, voxelIndex, type Shape3 } from '@blurcycle/core';

/**
 * The box of `boxShape` that begins at voxel `origin` of a volume; zero outside the volume.
 *
 * A negative origin embeds a volume into a larger one.
 */
export function copyBox(
  data: Float32Array,
  shape: Shape3,
  origin: Shape3,
  boxShape: Shape3,
): Float32Array {
  const box = new Float32Array(voxelCount(boxShape));
  const first = origin.map((start) => Math.max(0, -start));
  const last = boxShape.map((side, axis) => Math.min(side, shape[axis] - origin[axis]));
  for (let z = first[0]; z < last[0]; z++) {
    for (let y = first[1]; y < last[1]; y++) {
      const from = voxelIndex(shape, z + origin[0], y + origin[1], first[2] + origin[2]);
      const row = data.subarray(from, from + Math.max(0, last[2] - first[2]));
      box.set(row, voxelIndex(boxShape, z, y, first[2]));
    }
  }
  return box;
}
