import { assertRange, type Volume } from '@blurcycle/core';
import { updateByConvolutions } from '@blurcycle/compute/transforms';
import type { RichardsonLucyOptions } from './iterateRichardsonLucy.ts';
import {
  asCounts,
  checkObserved,
  createObservationModel,
  type ObservationModel,
} from './observationModel.ts';
import { startEstimate } from './startEstimate.ts';

/** Checks the data, and sets up the blur and the first estimate. */
export function prepareUpdates(
  where: string,
  measured: Volume,
  psf: Volume,
  options: RichardsonLucyOptions,
): {
  readonly observed: Volume;
  readonly model: ObservationModel;
  /** On the grid of the model. */
  readonly first: Float32Array;
} {
  const { background = 0, boundary = 'weights', start = 'flat', negatives = 'refuse' } = options;
  checkObserved(where, measured, psf, boundary);
  const observed = asCounts(where, measured, negatives);
  assertRange(
    background >= 0 && Number.isFinite(background),
    where,
    'background',
    'be at least 0',
    background,
  );
  const whole = createObservationModel(observed, psf, boundary);
  const model = options.mask === undefined ? whole : maskedModel(whole, options.mask);
  return { observed, model, first: startEstimate(where, observed, model, background, start) };
}

/** A model whose image has voxels that count for nothing. */
function maskedModel(model: ObservationModel, mask: Float32Array): ObservationModel {
  const adjoint: ObservationModel['adjoint'] = (image, into) =>
    model.adjoint(
      image.map((value, i) => mask[i] * value),
      into,
    );
  return {
    ...model,
    adjoint,
    sensitivity: () => model.adjoint(mask),
    update: (update) => updateByConvolutions({ forward: model.forward, adjoint }, update),
  };
}

/** Throws for limits of updates that are none. */
export function checkLimits(where: string, iterations: number, relativeTolerance: number): void {
  assertRange(
    Number.isSafeInteger(iterations) && iterations > 0,
    where,
    'iterations',
    'be a positive integer',
    iterations,
  );
  assertRange(
    relativeTolerance >= 0,
    where,
    'relativeTolerance',
    'be at least 0',
    relativeTolerance,
  );
}
