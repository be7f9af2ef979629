/** A positive number as TIFF stores it: two unsigned 32-bit integers. */
export type Rational = readonly [numerator: number, denominator: number];

const LARGEST = 0xffffffff;

/**
 * The nearest fraction of two unsigned 32-bit integers, by continued fractions.
 *
 * Short decimals come back exactly: 1/0.13 is stored as 100/13.
 *
 * @param value - Positive, between 2^-32 and 2^32; beyond that the nearest end.
 */
export function nearestRational(value: number): Rational {
  let [numerator, denominator] = [1, 0];
  let [previousNumerator, previousDenominator] = [0, 1];
  let rest = value;
  for (;;) {
    const whole = Math.floor(rest);
    const nextNumerator = whole * numerator + previousNumerator;
    const nextDenominator = whole * denominator + previousDenominator;
    if (nextNumerator > LARGEST || nextDenominator > LARGEST) break;
    [previousNumerator, previousDenominator] = [numerator, denominator];
    [numerator, denominator] = [nextNumerator, nextDenominator];
    // One unit in the last place of a double: going on would only describe rounding error.
    if (Math.abs(numerator / denominator - value) <= value * 2.3e-16 || rest === whole) break;
    rest = 1 / (rest - whole);
  }
  if (denominator === 0) return [LARGEST, 1];
  return numerator === 0 ? [1, LARGEST] : [numerator, denominator];
}
