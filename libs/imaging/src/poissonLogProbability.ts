/**
 * @file Logarithm of the Poisson probability, accurate for any mean.
 *
 * Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000): the
 * saddle-point form, which does not subtract large numbers from each other.
 */

/**
 * ln n! - ln(√(2πn) (n/e)ⁿ) for n = 1 ... 15, where the series below does not reach float64
 * precision.
 */
const STIRLING_ERRORS = tabulateStirlingErrors(15);

/**
 * ln P(count | mean) = -δ(k) - D(k, μ) - ½ ln(2πk), with δ the error of Stirling's formula and D =
 * k ln(k/μ) + μ - k.
 *
 * Precision: relative 1e-14 of P for means up to 1e15.
 *
 * @param count - Non-negative integer k.
 * @param mean - Positive μ.
 */
export function poissonLogProbability(count: number, mean: number): number {
  if (count === 0) return -mean;
  return -stirlingError(count) - deviance(count, mean) - 0.5 * Math.log(2 * Math.PI * count);
}

/** Error of Stirling's formula, ln n! - (n + ½) ln n + n - ½ ln 2π. */
function stirlingError(n: number): number {
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
function deviance(k: number, mu: number): number {
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
