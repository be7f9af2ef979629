import { assertRange, type RandomStream } from '@blurcycle/core';

/**
 * From this mean on, deviates are drawn by rejection, whose cost does not depend on the mean;
 * below, by inversion.
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
 * @throws {RuleError} If `mean` is negative, NaN or above 1e15.
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
  // The probabilities underflow only beyond any count that a 53-bit uniform can give.
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

/**
 * ln n! - ln(√(2πn) (n/e)ⁿ) for n = 1 ... 15, where the series below falls short of float64
 * precision.
 */
const STIRLING_ERRORS = tabulateStirlingErrors(15);

/**
 * Logarithm of the Poisson probability, accurate for any mean.
 *
 * ln P(count | mean) = -δ(k) - D(k, μ) - ½ ln(2πk), with δ the error of Stirling's formula and D =
 * k ln(k/μ) + μ - k: the saddle-point form, which does not subtract large numbers from each other.
 *
 * Precision: relative 1e-14 of P for means up to 1e15.
 * Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
 *
 * @param count - Non-negative integer k.
 * @param mean - Positive μ.
 */
export function poissonLogProbability(count: number, mean: number): number {
  if (count === 0) return -mean;
  return -stirlingError(count) - deviance(count, mean) - 0.5 * Math.log(2 * Math.PI * count);
}

/** Error of Stirling's formula, ln n! - (n + ½) ln n + n - ½ ln 2π. */
export function stirlingError(n: number): number {
  if (n <= STIRLING_ERRORS.length) return STIRLING_ERRORS[n - 1];
  const square = n * n;
  return (
    (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) /
    n
  );
}

/**
 * k ln(k/μ) + μ - k; near k = μ as a series in v = (k - μ) / (k + μ), where the plain form cancels.
 */
export function deviance(k: number, mu: number): number {
  const difference = k - mu;
  if (Math.abs(difference) >= 0.1 * (k + mu)) return k * Math.log(k / mu) - difference;
  const v = difference / (k + mu);
  let sum = difference * v;
  let term = 2 * k * v;
  for (let odd = 3; ; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

function tabulateStirlingErrors(last: number): readonly number[] {
  const errors: number[] = [];
  let factorial = 1;
  for (let n = 1; n <= last; n++) {
    factorial *= n;
    errors.push(Math.log(factorial) - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI));
  }
  return errors;
}

/**
 * A gamma deviate of unit scale: mean and variance `shape`.
 *
 * Rejection by a cubed normal; about 1.1 normals and uniforms for each deviate.
 * Source: Marsaglia & Tsang (2000) doi:10.1145/358407.358414.
 *
 * @param shape - At least 1.
 */
export function gammaDeviate(stream: RandomStream, shape: number): number {
  assertRange(
    shape >= 1 && Number.isFinite(shape),
    'gammaDeviate',
    'shape',
    'be at least 1',
    shape,
  );
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = stream.normal();
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    const uniform = 1 - stream.uniform();
    if (Math.log(uniform) < 0.5 * normal * normal + d * (1 - v + Math.log(v))) return d * v;
  }
}
