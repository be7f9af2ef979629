import { createConvolver3d } from '@blurcycle/compute';
import type { Volume } from '@blurcycle/core';
import { relativeResidual } from '@blurcycle/metrics';

/**
 * How far an estimate, blurred again by the model's kernel, is from the data: ‖y - h * G(y)‖ / ‖y‖.
 *
 * All in the network's intensities, where black is 0. The kernel is taken as it is, whatever its
 * sum. Beyond the border lies the mirror image, as for the tiles of the network. Cost: two FFTs.
 */
export function kernelResidual(estimate: Volume, observed: Volume, kernel: Volume): number {
  const convolver = createConvolver3d(observed.shape, kernel.data, kernel.shape, {
    border: 'reflect',
  });
  const blurredAgain = convolver.forward(estimate.data);
  return relativeResidual(observed.data, blurredAgain, 0);
}
