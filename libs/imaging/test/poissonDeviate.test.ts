import { createRandomStream } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { poissonDeviate, poissonLogProbability } from '../src/deviates.ts';

function draw(mean: number, count: number): Float64Array {
  const stream = createRandomStream(11, `test/poisson/${mean}`);
  return Float64Array.from({ length: count }, () => poissonDeviate(stream, mean));
}

/** Mean, and second and third central moments. */
function moments(values: Float64Array): readonly [number, number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let second = 0;
  let third = 0;
  for (const value of values) {
    second += (value - mean) ** 2 / values.length;
    third += (value - mean) ** 3 / values.length;
  }
  return [mean, second, third];
}

describe('poissonDeviate(stream, mean)', () => {
  it.each([1e-3, 0.05, 0.7, 3, 9.99, 10, 10.01, 12.5, 40, 256, 5e3, 1e6, 1e9, 1e12])(
    'has mean = variance = third central moment = %f',
    (mu) => {
      const n = 40_000;
      const [mean, variance, third] = moments(draw(mu, n));
      // Four and a half standard errors: seven in a million for each of these fixed draws. With
      // central moments μ₄ = μ + 3μ² and μ₆ = 15μ³ + 25μ² + μ the errors of the estimates follow.
      const deviations = 4.5 / Math.sqrt(n);
      expect(Math.abs(mean - mu)).toBeLessThan(deviations * Math.sqrt(mu));
      expect(Math.abs(variance - mu)).toBeLessThan(deviations * Math.sqrt(mu + 2 * mu * mu));
      const spread = 15 * mu ** 3 + 25 * mu ** 2 + mu;
      expect(Math.abs(third - mu)).toBeLessThan(deviations * Math.sqrt(spread));
    },
  );

  it.each([0.3, 3, 9.99, 10, 11, 31, 300])(
    'follows the distribution at mean %f (chi-square)',
    (mu) => {
      const n = 60_000;
      const sample = draw(mu, n);
      const low = Math.max(0, Math.floor(mu - 5 * Math.sqrt(mu)));
      const high = Math.ceil(mu + 5 * Math.sqrt(mu)) + 1;
      const counts = new Map<number, number>();
      for (const value of sample) counts.set(value, (counts.get(value) ?? 0) + 1);
      let chiSquare = 0;
      let cells = 0;
      for (let k = low; k <= high; k++) {
        const expected = n * Math.exp(poissonLogProbability(k, mu));
        // Cells with fewer than 10 expected draws do not follow chi-square.
        if (expected < 10) continue;
        cells++;
        chiSquare += ((counts.get(k) ?? 0) - expected) ** 2 / expected;
      }
      expect(cells).toBeGreaterThan(2);
      // Mean and standard deviation of chi-square with `cells` degrees; 4.5 deviations as above.
      expect(chiSquare).toBeLessThan(cells + 4.5 * Math.sqrt(2 * cells));
    },
  );

  it('is 0 for mean 0 and repeats itself for the same stream', () => {
    expect(poissonDeviate(createRandomStream(1, 'test'), 0)).toBe(0);
    expect(draw(17.5, 50)).toEqual(draw(17.5, 50));
  });

  it.each([-1, NaN, Infinity, 1e16])('rejects the mean %f', (mean) => {
    expect(() => poissonDeviate(createRandomStream(1, 'test'), mean)).toThrow(
      /^poissonDeviate: mean must lie between/,
    );
  });
});

describe('poissonLogProbability(count, mean)', () => {
  it('agrees with the product form', () => {
    for (const mu of [0.2, 1, 7.3, 25]) {
      let logarithm = -mu;
      for (let k = 0; k < 60; k++) {
        // 1e-11: sixty rounded logarithms in the product form.
        expect(poissonLogProbability(k, mu)).toBeCloseTo(logarithm, 11);
        logarithm += Math.log(mu / (k + 1));
      }
    }
  });

  it('sums to 1 for a mean of 1e6', () => {
    const mu = 1e6;
    let sum = 0;
    for (let k = mu - 8000; k <= mu + 8000; k++) sum += Math.exp(poissonLogProbability(k, mu));
    // Eight standard deviations leave out 1e-15; 16 000 terms of relative accuracy 1e-14.
    expect(sum).toBeCloseTo(1, 12);
  });
});
