import { describeViolation, InputError } from '@blurcycle/core';
import { native } from '../native/addon.ts';

/**
 * Sets how many CPU threads the C++ kernels use from now on, including the Fourier transforms,
 * which belong to no back-end.
 *
 * Without the add-on there is one thread.
 *
 * @throws {InputError} If it is no positive integer.
 */
export function setThreads(threads: number): void {
  assertThreads(threads, 'setThreads');
  native?.setThreads(Math.min(threads, MOST_THREADS));
}

/** Far more than any machine has cores: each takes memory for its stack. */
const MOST_THREADS = 1024;

export function assertThreads(threads: number, where: string): void {
  if (Number.isSafeInteger(threads) && threads > 0) return;
  throw new InputError(describeViolation(where, 'threads', 'be a positive integer', threads));
}
