import { assertRange, createVolume, type Volume } from '@blurcycle/core';
import { extrapolationFactor } from './extrapolation.ts';
import type { RichardsonLucyOptions } from './iterateRichardsonLucy.ts';
import { expectedFloor } from './observationModel.ts';
import { checkLimits, prepareUpdates } from './prepareUpdates.ts';
import { updateWeights } from './updateWeights.ts';

/** Options of the variants that run on a device. */
export interface DeviceOptions extends Omit<RichardsonLucyOptions, 'onIteration'> {
  /** Start each update from an extrapolation of the last estimates. @defaultValue false */
  readonly accelerated?: boolean;
}

/**
 * `richardsonLucy` or `acceleratedRichardsonLucy` with updates on the device of the convolutions, a
 * GPU. The same arithmetic in single precision; sums in another order. Total variation is not
 * there: accelerated, it differed from that of the processor by 1.3e-3, for a reason not found.
 *
 * Memory: the estimate stays on the device; beside it on the host the data and the first estimate.
 *
 * @returns null where convolutions have no device, or the border needs a copy of the volume.
 * @throws {RuleError} As those do, and for a `stop` other than 'iterations'.
 */
export async function richardsonLucyOnDevice(
  measured: Volume,
  psf: Volume,
  options: DeviceOptions = {},
): Promise<Volume | null> {
  const { iterations = 50, relativeTolerance = 0, background = 0, mask, onUpdate } = options;
  const { accelerated = false, stop = 'iterations' } = options;
  const where = 'richardsonLucy';
  const remedy = 'on a GPU: the other rules look at the estimate after every update';
  assertRange(stop === 'iterations', where, 'stop', "be 'iterations'", stop, remedy);
  checkLimits(where, iterations, relativeTolerance);
  const { observed, model, first } = prepareUpdates(where, measured, psf, options);
  if (model.updatesOnDevice === undefined) return null;
  const updates = model.updatesOnDevice({
    ...{ observed: observed.data, background, mask, estimate: first },
    floor: expectedFloor(observed.data),
    weights: updateWeights(model.sensitivity()).weights,
  });
  try {
    let factor = 0;
    let [done, isSmall] = [0, false];
    while (done < iterations && !isSmall) {
      const sums = await updates.update(factor);
      if (accelerated) factor = extrapolationFactor(sums);
      done += 1;
      isSmall = sums.total > 0 && sums.change / sums.total < relativeTolerance;
      onUpdate?.(done, iterations);
    }
    const reason = isSmall && done < iterations ? 'small-change' : 'number';
    options.onEnd?.({ rule: stop, reason, updates: done, most: iterations });
    return createVolume(observed.shape, observed.voxelSizeUm, model.crop(await updates.read()));
  } finally {
    updates.dispose();
  }
}
