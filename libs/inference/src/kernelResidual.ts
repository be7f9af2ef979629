import { createConvolver3d } from '@blurcycle/compute/transforms';
import { createVolume, type Volume } from '@blurcycle/core';
import { relativeResidual } from '@blurcycle/metrics';

/**
 * Blurs an estimate by a kernel, which is not normalized.
 *
 * The border is mirrored, as for the tiles of the network. Cost: two FFTs.
 */
export function reblur(estimate: Volume, kernel: Volume): Volume {
  const { shape, voxelSizeUm } = estimate;
  const convolver = createConvolver3d(shape, kernel.data, kernel.shape, { border: 'reflect' });
  return createVolume(shape, voxelSizeUm, convolver.forward(estimate.data));
}

/**
 * Distance of an estimate, blurred by the model's kernel, from the data: ‖y - h * G(y)‖ / ‖y‖, in
 * the intensities of the network, where black is 0.
 */
export function kernelResidual(estimate: Volume, observed: Volume, kernel: Volume): number {
  return relativeResidual(observed.data, reblur(estimate, kernel).data, 0);
}
