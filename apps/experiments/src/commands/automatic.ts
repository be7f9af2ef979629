import { describeViolation, InputError, type StoppingRule } from '@blurcycle/core';

/**
 * `--iterations auto`: where held-out photons say, if asked to, and else at the noise level; where
 * a stack was resampled, or the PSF is not quite right, it is never reached, and updates end where
 * they change less than 1 % of the estimate (our choice: 20 to 80 updates).
 */
export function automaticEnd(stop: StoppingRule | undefined): object {
  return stop === 'held-out' ? { stop } : { stop: 'discrepancy', relativeTolerance: 0.01 };
}

/**
 * `--method auto`, with `rl-tv`: total variation keeps noise from growing, should the end be
 * missed. With it updates go on changing more than 1 %, so that they end after 50 at the latest,
 * unless held-out photons say where. Noise around a dark ground is negative in part: it is taken
 * for 0.
 */
export function automaticMethod(stop: StoppingRule | undefined): object {
  const most = stop === 'held-out' ? {} : { iterations: 50 };
  return { ...automaticEnd(stop), ...most, negatives: 'clip' };
}

/** A number of updates, or `auto`. */
export function parseIterations(text: string): number | 'auto' {
  const value = text.trim() === '' ? NaN : Number(text);
  if (text === 'auto' || !Number.isNaN(value)) return text === 'auto' ? text : value;
  throw new InputError(
    describeViolation('deconvolve', '--iterations', 'be a number or auto', text),
  );
}

/** An offset in counts, or `auto`. */
export function parseOffset(text: string): number | 'auto' {
  const value = text.trim() === '' ? NaN : Number(text);
  if (text === 'auto' || Number.isFinite(value)) return text === 'auto' ? text : value;
  throw new InputError(describeViolation('deconvolve', '--offset', 'be a number or auto', text));
}
