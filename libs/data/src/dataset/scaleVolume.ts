import { createVolume, type Volume } from '@blurcycle/core';

/** The volume with every value times `factor`, after `offset` is taken away. */
export function scaleVolume(
  { shape, voxelSizeUm, data }: Volume,
  factor: number,
  offset = 0,
): Volume {
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => factor * (value - offset)),
  );
}
