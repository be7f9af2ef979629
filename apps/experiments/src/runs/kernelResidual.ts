import { createConvolver3d } from '@blurcycle/compute';
import type { Volume } from '@blurcycle/core';

/**
 * How far an estimate, blurred again by the model's kernel, is from the data: ‖y - h * G(y)‖ / ‖y‖.
 *
 * All in the network's intensities, where black is 0. The kernel is taken as it is, whatever its sum. Beyond the border lies
 * the mirror image, as for the tiles of the network. Cost: two FFTs.
 */
export function kernelResidual(estimate: Volume, observed: Volume, kernel: Volume): number {
  const convolver = createConvolver3d(observed.shape, kernel.data, kernel.shape, { border: 'reflect' });
  const blurredAgain = convolver.forward(estimate.data);
  let error = 0;
  let total = 0;
  for (let i = 0; i < blurredAgain.length; i++) {
    error += (observed.data[i] - blurredAgain[i]) ** 2;
    total += observed.data[i] ** 2;
  }
  return Math.sqrt(error / total);
}
