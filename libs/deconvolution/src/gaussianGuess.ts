import { createVolume, type Shape3, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import { preparePsf } from '@blurcycle/imaging';

/**
 * A Gaussian of unit sum, for a blind method to start from.
 *
 * @param size - Sides in voxels.
 * @param sigmaVoxels - Standard deviations along z, y, x in voxels.
 */
export function gaussianGuess(
  size: Shape3,
  voxelSizeUm: VoxelSizeUm,
  sigmaVoxels: readonly [number, number, number],
): Volume {
  const guess = createVolume(size, voxelSizeUm);
  let i = 0;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[2]; x++) {
        const squares = [z, y, x].map(
          (place, axis) => ((place - (size[axis] - 1) / 2) / sigmaVoxels[axis]) ** 2,
        );
        guess.data[i++] = Math.exp(-0.5 * (squares[0] + squares[1] + squares[2]));
      }
    }
  }
  return preparePsf(guess, { center: 'middle' });
}
