import { createRandomStream } from '@blurcycle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfDeviate, halfLogProbability } from '../src/halfDeviate.ts';

const draw = (total: number, count: number): number[] => {
  const stream = createRandomStream(12, `test/half/${total}`);
  return Array.from({ length: count }, () => halfDeviate(stream, total));
};

describe('halfDeviate(stream, total)', () => {
  it.each([1, 2, 31, 32, 33, 64, 65, 100, 1001, 1e6, 1e12])(
    'has the mean and the variance of %d coins',
    (total) => {
      const n = 40_000;
      const values = draw(total, n);
      const mean = values.reduce((sum, value) => sum + value / n, 0);
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0);
      // Four and a half standard errors; the fourth central moment of coins is at most 3 v².
      const deviations = 4.5 / Math.sqrt(n);
      expect(Math.abs(mean - total / 2)).toBeLessThan(deviations * Math.sqrt(total / 4));
      expect(Math.abs(variance / (total / 4) - 1)).toBeLessThan(deviations * Math.sqrt(2));
    },
  );

  it.each([7, 40, 64, 65, 80, 400])('follows the distribution for %d (chi-square)', (total) => {
    const n = 60_000;
    const counts = new Map<number, number>();
    for (const value of draw(total, n)) counts.set(value, (counts.get(value) ?? 0) + 1);
    let [chiSquare, cells] = [0, 0];
    for (let k = 0; k <= total; k++) {
      const expected = n * Math.exp(halfLogProbability(k, total));
      // Cells with fewer than 10 expected draws do not follow chi-square.
      if (expected < 10) continue;
      cells++;
      chiSquare += ((counts.get(k) ?? 0) - expected) ** 2 / expected;
    }
    // Mean and standard deviation of chi-square with `cells` degrees; 4.5 deviations as above.
    expect(cells).toBeGreaterThan(2);
    expect(chiSquare).toBeLessThan(cells + 4.5 * Math.sqrt(2 * cells));
  });

  it('is a part of the total, whatever it is', () => {
    const stream = createRandomStream(13, 'test/half');
    fc.assert(
      fc.property(fc.nat(1_000_000), (total) => {
        const part = halfDeviate(stream, total);
        expect(Number.isInteger(part) && part >= 0 && part <= total).toBe(true);
      }),
    );
  });

  it('refuses what is no count', () => {
    const stream = createRandomStream(13, 'test/half');
    for (const total of [-1, 0.5, NaN, Infinity, 1e16])
      expect(() => halfDeviate(stream, total)).toThrow('total must be an integer from 0 to 1e15');
  });
});

describe('halfLogProbability(count, total)', () => {
  it.each([1, 5, 20, 50])('is the binomial coefficient over 2^%d', (total) => {
    let coefficient = 1;
    for (let k = 0; k <= total; k++) {
      // Coefficients up to 50 are exact to a few units in the last place.
      expect(halfLogProbability(k, total)).toBeCloseTo(
        Math.log(coefficient) - total * Math.LN2,
        11,
      );
      coefficient = (coefficient * (total - k)) / (k + 1);
    }
  });
});
