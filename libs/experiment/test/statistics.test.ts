import { createRandomStream, mean } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { summarizeScores } from '../src/index.ts';
import {
  bootstrapInterval,
  studentInterval,
  studentQuantile,
} from '../src/statistics/scoreStatistics.ts';

describe('studentQuantile(probability, degreesOfFreedom)', () => {
  it.each([
    // Two-sided 95 % and 99 % points of the printed tables (Abramowitz & Stegun, table 26.10),
    // three decimals.
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 3, 3.182],
    [0.95, 4, 2.776],
    [0.95, 5, 2.571],
    [0.95, 10, 2.228],
    [0.95, 30, 2.042],
    [0.99, 2, 9.925],
    [0.99, 9, 3.25],
  ])('is the printed value for %d and %d degrees of freedom', (probability, degrees, printed) => {
    // Half a unit of the last printed digit.
    expect(Math.abs(studentQuantile(probability, degrees) - printed)).toBeLessThan(5.1e-4);
  });

  it('tends to the normal quantile', () => {
    // Cornish-Fisher: t - z is (z^3 + z) / 4n = 2.4e-5 at n = 100,000.
    expect(studentQuantile(0.95, 100_000)).toBeCloseTo(1.959964, 4);
  });

  it('rejects probability 1 and half a degree of freedom', () => {
    expect(() => studentQuantile(1, 3)).toThrow(
      'probability must lie strictly between 0 and 1, got 1',
    );
    expect(() => studentQuantile(0.95, 0.5)).toThrow('degreesOfFreedom must be a whole number');
  });
});

describe('studentInterval(values)', () => {
  it('covers the true mean in 95 % of samples of three', () => {
    const stream = createRandomStream(1, 'test');
    const trials = 4000;
    let covered = 0;
    for (let i = 0; i < trials; i++) {
      const interval = studentInterval([stream.normal(), stream.normal(), stream.normal()]);
      if (interval !== undefined && interval.low <= 0 && interval.high >= 0) covered++;
    }
    // Standard deviation of the fraction: sqrt(0.95 * 0.05 / 4000) = 0.0034; four of them.
    expect(Math.abs(covered / trials - 0.95)).toBeLessThan(0.014);
  });

  it('tells nothing of a single value', () => {
    expect(studentInterval([3])).toBeUndefined();
  });
});

describe('bootstrapInterval(count, statistic, stream)', () => {
  const values = [1, 4, 2, 8, 5, 7, 3, 6];
  const statistic = (items: readonly number[]): number => mean(items.map((item) => values[item]));

  it('gives the same limits for the same stream', () => {
    const once = bootstrapInterval(values.length, statistic, createRandomStream(5, 'test'));
    expect(bootstrapInterval(values.length, statistic, createRandomStream(5, 'test'))).toEqual(
      once,
    );
    expect(bootstrapInterval(values.length, statistic, createRandomStream(6, 'test'))).not.toEqual(
      once,
    );
  });

  it('has the normal width for the mean of many values', () => {
    const stream = createRandomStream(2, 'test');
    const many = Array.from({ length: 400 }, () => stream.normal());
    const interval = bootstrapInterval(
      400,
      (items) => mean(items.map((item) => many[item])),
      stream,
    );
    const width = (interval?.high ?? NaN) - (interval?.low ?? NaN);
    // 2 * 1.96 / sqrt(400) = 0.196; sampling of s (3.5 %) and of the percentiles (about 3 %) leave
    // 15 %.
    expect(Math.abs(width - 0.196)).toBeLessThan(0.03);
  });

  it('tells nothing of a single item', () => {
    expect(bootstrapInterval(1, statistic, createRandomStream(0, 'test'))).toBeUndefined();
  });
});

describe('summarizeScores(row)', () => {
  const volumes = (...values: number[]) =>
    values.map((psnr, index) => ({ volume: `test-${index}`, scores: { psnr } }));

  it('takes means of seeds where there are several', () => {
    const { psnr } = summarizeScores({
      id: 'proposed',
      runs: [
        { seed: 0, volumes: volumes(20, 22) },
        { seed: 1, volumes: volumes(24, 26) },
      ],
    });
    expect(psnr).toMatchObject({ mean: 23, n: 2, over: 'seeds', values: [21, 25] });
    // Half width t(1) s / sqrt 2 = 12.706 * 2.828 / 1.414 = 25.41.
    expect(psnr.high).toBeCloseTo(23 + 25.412, 2);
  });

  it('takes the volumes of a single seed, and says so', () => {
    const { psnr } = summarizeScores({
      id: 'input',
      runs: [{ seed: null, volumes: volumes(22, 23, 24) }],
    });
    expect(psnr).toMatchObject({ mean: 23, n: 3, over: 'volumes', values: [22, 23, 24] });
  });

  it('gives no limits for a single value', () => {
    const { psnr } = summarizeScores({ id: 'input', runs: [{ seed: null, volumes: volumes(22) }] });
    expect(psnr).toEqual({ mean: 22, low: null, high: null, n: 1, over: 'volumes', values: [22] });
  });
});
