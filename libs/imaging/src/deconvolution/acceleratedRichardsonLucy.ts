import type { Volume } from '@blurcycle/core';
import { iterateRichardsonLucy, type RichardsonLucyVariant } from './iterateRichardsonLucy.ts';
import type { RichardsonLucyOptions } from './richardsonLucyOptions.ts';

/**
 * Richardson-Lucy whose updates start ahead of the estimate, in the direction in which it moves.
 *
 * y_k = x_k + a_k (x_k - x_(k-1)), x_(k+1) = R(y_k), a_k = <g_(k-1), g_(k-2)> / <g_(k-2), g_(k-2)>,
 * g_k = R(y_k) - y_k, R one Richardson-Lucy update. It leads to the same likelihood in a fraction
 * of the iterations; a stopping number tuned for plain Richardson-Lucy is too large for it.
 *
 * Cost: two blurs per iteration, three more volumes of memory.
 * Source: Biggs & Andrews (1997) doi:10.1364/AO.36.001766, first-order vector extrapolation.
 *
 * @see richardsonLucy for parameters and errors.
 */
export function acceleratedRichardsonLucy(
  observed: Volume,
  psf: Volume,
  options: RichardsonLucyOptions = {},
): Volume {
  return iterateRichardsonLucy(
    'acceleratedRichardsonLucy',
    observed,
    psf,
    options,
    createExtrapolation(),
  );
}

/**
 * An extrapolation never takes away more than nine tenths of a voxel: what reaches zero can not
 * come back.
 */
const LEAST_PART = 0.1;

/** The extrapolation of Biggs and Andrews; holds the two last steps. */
export function createExtrapolation(): RichardsonLucyVariant {
  let previous: Float32Array | undefined;
  let lastStep: Float32Array | undefined;
  let stepBefore: Float32Array | undefined;
  let ahead: Float32Array | undefined;
  return {
    predict(estimate) {
      const before = previous;
      previous = estimate;
      if (before === undefined || lastStep === undefined || stepBefore === undefined)
        return estimate;
      const factor = accelerationFactor(lastStep, stepBefore);
      ahead ??= new Float32Array(estimate.length);
      for (let i = 0; i < ahead.length; i++) {
        ahead[i] = Math.max(
          estimate[i] + factor * (estimate[i] - before[i]),
          LEAST_PART * estimate[i],
        );
      }
      return ahead;
    },
    learn(from, to) {
      [stepBefore, lastStep] = [lastStep, stepBefore ?? new Float32Array(to.length)];
      for (let i = 0; i < to.length; i++) lastStep[i] = to[i] - from[i];
    },
  };
}

/** How far ahead, between 0 and 1; 0 when the last two steps point apart. */
function accelerationFactor(last: Float32Array, before: Float32Array): number {
  let along = 0;
  let square = 0;
  for (let i = 0; i < last.length; i++) {
    along += last[i] * before[i];
    square += before[i] * before[i];
  }
  // Below 1, as the paper demands; at 1 the extrapolation would no longer damp.
  return square > 0 ? Math.min(Math.max(along / square, 0), 0.999) : 0;
}
