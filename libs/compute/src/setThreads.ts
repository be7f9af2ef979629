import { describeViolation, InputError } from '@blurcycle/core';
import { native } from '../native/addon.ts';

/**
 * How many CPU threads the C++ kernels take from now on, those of the Fourier transforms among
 * them, which no back-end owns.
 *
 * Without the add-on one thread is all there is.
 *
 * @throws {InputError} If it is no positive integer.
 */
export function setThreads(threads: number): void {
  if (!(Number.isSafeInteger(threads) && threads > 0)) {
    throw new InputError(
      describeViolation('setThreads', 'threads', 'be a positive integer', threads),
    );
  }
  native?.setThreads(threads);
}
