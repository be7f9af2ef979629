import { createConvolver3d } from '@blurcycle/compute';
import { standardDeviation, type Volume } from '@blurcycle/core';

/** How far the blurred estimate is from the measurement. */
export interface ReblurResidual {
  /** Root mean square of h * x - y, in the units of the volumes. */
  readonly rms: number;
  /** The same as a part of the standard deviation of y. */
  readonly relative: number;
}

/**
 * The data-consistency residual ‖h * G(y) - y‖ per voxel: what the estimate does not explain of the measurement.
 *
 * The border is mirrored, as the tiles of the network are. Cost: two FFTs. All three in the network's intensities.
 */
export function reblurResidual(estimate: Volume, measured: Volume, kernel: Volume): ReblurResidual {
  const { shape } = measured;
  const blurredAgain = createConvolver3d(shape, kernel.data, kernel.shape, { border: 'reflect' }).forward(
    estimate.data,
  );
  let sum = 0;
  for (let i = 0; i < blurredAgain.length; i++) sum += (blurredAgain[i] - measured.data[i]) ** 2;
  const rms = Math.sqrt(sum / blurredAgain.length);
  return { rms, relative: rms / standardDeviation(measured.data) };
}
