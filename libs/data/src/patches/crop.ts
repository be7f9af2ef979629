import { createVolume, voxelCount, voxelIndex, type Shape3, type Volume } from '@blurcycle/core';

/**
 * The part of `shape` of a volume whose first voxel is `origin`; a copy. The part must lie inside.
 */
export function crop(
  volume: Volume,
  origin: readonly [z: number, y: number, x: number],
  shape: Shape3,
): Volume {
  const data = new Float32Array(voxelCount(shape));
  let to = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const from = voxelIndex(volume.shape, origin[0] + z, origin[1] + y, origin[2]);
      data.set(volume.data.subarray(from, from + shape[2]), to);
      to += shape[2];
    }
  }
  return createVolume(shape, volume.voxelSizeUm, data);
}
