import { createConvolver3d } from '@blurcycle/compute/transforms';
import { createVolume, mean, sum, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import { affineFit, relativeResidual } from '@blurcycle/metrics';

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

/** An estimate in the light of the data. */
interface Fitted {
  /** Light of the data for each unit of the estimate. */
  readonly gain: number;
  /** What the data hold without light. */
  readonly offset: number;
  /** ‖y - o - g h * x‖ / ‖y - o‖. */
  readonly residual: number;
}

/**
 * The straight line that takes the blurred estimate to the data: y ≈ o + g h * x by least squares,
 * h of sum 1.
 *
 * A network's output has a scale of its own; with this line its result has the light of the data,
 * whatever the network makes of brightness. g is 0 where the estimate has nothing to do with the
 * data, and never negative.
 */
export function fitLight(estimate: Volume, observed: Volume, kernel: Volume): Fitted {
  const image = reblur(estimate, kernel);
  const { gain, offset } = affineFit(image, observed);
  if (!(gain > 0)) return { gain: 0, offset: mean(observed.data), residual: 1 };
  const expected = image.data.map((value) => gain * value);
  return { gain, offset, residual: relativeResidual(observed.data, expected, offset) };
}

/**
 * A kernel as a PSF: not negative, sum 1.
 *
 * @param voxelSizeUm - Of the stack: those of the kernel may be stated a little differently.
 */
export function asPsf({ shape, data }: Volume, voxelSizeUm: VoxelSizeUm): Volume {
  const positive = data.map((value) => Math.max(0, value));
  const total = sum(positive);
  return createVolume(
    shape,
    voxelSizeUm,
    positive.map((value) => value / total),
  );
}
