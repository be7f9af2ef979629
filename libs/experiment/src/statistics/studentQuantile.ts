import { assertRange } from '@blurcycle/core';

/**
 * Two-sided quantile of Student's t: the t for which |T| ≤ t has the given probability.
 *
 * The probability is a finite sum for whole degrees of freedom; bisection inverts it to double
 * precision.
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 *
 * @param probability - Between 0 and 1, 0.95 for a 95 % interval.
 * @param degreesOfFreedom - Whole number from 1 on.
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  const where = 'studentQuantile';
  assertRange(
    probability > 0 && probability < 1,
    where,
    'probability',
    'lie strictly between 0 and 1',
    probability,
  );
  const whole = Number.isSafeInteger(degreesOfFreedom) && degreesOfFreedom >= 1;
  assertRange(whole, where, 'degreesOfFreedom', 'be a whole number from 1 on', degreesOfFreedom);
  let low = 0;
  let high = 1;
  while (centralProbability(high, degreesOfFreedom) < probability) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (centralProbability(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
}

/** P(|T| ≤ t). */
function centralProbability(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degreesOfFreedom - 2; k += 2) {
    term *= ((k - 1) / k) * Math.cos(angle) ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
