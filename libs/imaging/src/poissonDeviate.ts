import { assertRange, type RandomStream } from '@blurcycle/core';
import { poissonLogProbability } from './poissonLogProbability.ts';

/**
 * Means from here on are drawn by rejection, which costs the same for any mean; below, by
 * inversion.
 */
const REJECTION_FROM = 10;

/** Beyond this the counts are no longer exact integers in float64. */
const LARGEST_MEAN = 1e15;

/**
 * One Poisson deviate of the given mean, exact (no normal approximation) for every mean from 0 to
 * 1e15.
 *
 * Small means: inversion of the distribution function with one uniform. Large means: transformed
 * rejection with squeeze, about 2.4 uniforms for each deviate.
 * Source: W. Hörmann, The transformed rejection method for generating Poisson random variables
 * (1993), doi:10.1016/0167-6687(93)90997-4, algorithm PTRS.
 *
 * @throws {RangeError} If `mean` is negative, not a number or above 1e15.
 */
export function poissonDeviate(stream: RandomStream, mean: number): number {
  assertRange(
    mean >= 0 && mean <= LARGEST_MEAN,
    'poissonDeviate',
    'mean',
    `lie between 0 and ${LARGEST_MEAN}`,
    mean,
  );
  return mean < REJECTION_FROM ? invert(stream.uniform(), mean) : reject(stream, mean);
}

/** The smallest k with P(K ≤ k) > uniform. */
function invert(uniform: number, mean: number): number {
  let count = 0;
  let probability = Math.exp(-mean);
  let rest = uniform - probability;
  // The probabilities end by underflow before a count that a 53-bit uniform could mean.
  while (rest >= 0 && probability > 0) {
    count++;
    probability *= mean / count;
    rest -= probability;
  }
  return count;
}

function reject(stream: RandomStream, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = stream.uniform() - 0.5;
    const v = 1 - stream.uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    const hat = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (hat <= poissonLogProbability(count, mean)) return count;
  }
}
