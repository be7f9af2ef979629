import { createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { crop } from '@blurcycle/data';

/** The part of a volume around its centre that has the given sides, no larger than its own. */
export function cutMiddle(volume: Volume, shape: Shape3): Volume {
  if (shape.every((side, axis) => side === volume.shape[axis])) return volume;
  const from = (axis: number): number => Math.floor((volume.shape[axis] - shape[axis]) / 2);
  const part = crop(volume, [from(0), from(1), from(2)], shape);
  return createVolume(part.shape, volume.voxelSizeUm, part.data);
}
