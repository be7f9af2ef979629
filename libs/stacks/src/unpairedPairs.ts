import type { Volume } from '@blurcycle/core';
import type { Pair } from '@blurcycle/data';

/**
 * The stacks of two unpaired sets as the pairs that patches are drawn from, each stack equally
 * often.
 *
 * With unpaired sampling each domain draws a pair of its own, so it does not matter which stacks
 * share a pair. Costs no memory: the volumes are shared.
 */
export function unpairedPairs(blurred: readonly Volume[], sharp: readonly Volume[]): Pair[] {
  const count =
    (blurred.length * sharp.length) / greatestCommonDivisor(blurred.length, sharp.length);
  return Array.from({ length: count }, (_, i) => ({
    id: `train-${i}`,
    blurred: blurred[i % blurred.length],
    sharp: sharp[i % sharp.length],
  }));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
