import { assertRange, type RandomStream } from '@blurcycle/core';
import { deviance, stirlingError } from './deviates.ts';

/** Up to this number the coins are tossed one by one, a word of them for each uniform. */
const COINS = 64;
const BITS = 32;

/** Beyond this the halves are no longer exact integers in float64. */
const LARGEST = 1e15;

/**
 * How many of a number of things fall into one of two halves: a binomial deviate of probability
 * 1/2, exact (no normal approximation) up to 1e15.
 *
 * Few: the ones in as many random bits. Many: transformed rejection with squeeze, about 2.4
 * uniforms for each deviate.
 * Source: W. Hörmann, The generation of binomial random variates, Journal of Statistical
 * Computation and Simulation 46 (1993), algorithm BTRS.
 *
 * @param total - Non-negative integer.
 * @throws {RuleError} If `total` is none, or above 1e15.
 */
export function halfDeviate(stream: RandomStream, total: number): number {
  const isCount = Number.isInteger(total) && total >= 0 && total <= LARGEST;
  assertRange(isCount, 'halfDeviate', 'total', 'be an integer from 0 to 1e15', total);
  return total <= COINS ? toss(stream, total) : reject(stream, total);
}

function toss(stream: RandomStream, total: number): number {
  let heads = 0;
  for (let left = total; left > 0; left -= BITS) {
    heads += ones(Math.floor(stream.uniform() * 2 ** Math.min(left, BITS)));
  }
  return heads;
}

/** The number of ones in a word of 32 bits: sums of neighbors, then of pairs of them, and so on. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const eights = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(eights, 0x01010101) >>> 24;
}

function reject(stream: RandomStream, total: number): number {
  const deviation = Math.sqrt(total) / 2;
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * 0.5;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const squeeze = 0.92 - 4.2 / b;
  const most = halfLogProbability(Math.floor((total + 1) / 2), total);
  for (;;) {
    const u = stream.uniform() - 0.5;
    const v = 1 - stream.uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + total / 2 + 0.5);
    if (us >= 0.07 && v <= squeeze) return count;
    if (count < 0 || count > total) continue;
    const hat = Math.log((v * alpha) / (a / (us * us) + b));
    if (hat <= halfLogProbability(count, total) - most) return count;
  }
}

/**
 * Logarithm of the binomial probability of `count` among `total` for probability 1/2, in the
 * saddle-point form of `poissonLogProbability`.
 */
export function halfLogProbability(count: number, total: number): number {
  const rest = total - count;
  if (count === 0 || rest === 0) return -total * Math.LN2;
  return (
    stirlingError(total) -
    stirlingError(count) -
    stirlingError(rest) -
    deviance(count, total / 2) -
    deviance(rest, total / 2) +
    0.5 * Math.log(total / (2 * Math.PI * count * rest))
  );
}
