import { createRandomStream, mean, standardDeviation, type RandomStream } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { summarizeScores } from '../src/index.ts';
import { estimate, type RowScores, samplesOf } from '../src/statistics/scoreStatistics.ts';
import {
  holmAdjusted,
  sampleSizeNeeded,
  studentInterval,
  studentProbability,
  studentQuantile,
} from '../src/statistics/student.ts';

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

/** Standard deviations of the fraction of covered trials by which the simulation may miss. */
const SIGMAS = 4;
const TRIALS = 4000;
/** What an interval must cover; it promises 95 %. */
const PROMISED = 0.93;

/** The fraction of trials whose interval holds the true mean, 0. */
function coverage(trial: (stream: RandomStream) => { low: number | null; high: number | null }) {
  const stream = createRandomStream(1, 'coverage');
  let covered = 0;
  for (let i = 0; i < TRIALS; i++) {
    const { low, high } = trial(stream);
    if (low !== null && high !== null && low <= 0 && high >= 0) covered++;
  }
  return covered / TRIALS;
}

describe('studentInterval(values)', () => {
  it.each([3, 4, 5, 8])('covers the true mean of normal data in 95 %% of samples of %d', (n) => {
    const covered = coverage((stream) => {
      const values = Array.from({ length: n }, () => stream.normal());
      return studentInterval(values) ?? { low: null, high: null };
    });
    const sigma = Math.sqrt((0.95 * 0.05) / TRIALS);
    expect(Math.abs(covered - 0.95)).toBeLessThan(SIGMAS * sigma);
    expect(covered).toBeGreaterThan(PROMISED);
  });

  it('tells nothing of a single value', () => {
    expect(studentInterval([3])).toBeUndefined();
  });
});

describe('studentProbability(values, limit)', () => {
  /** P(|T| ≥ t) for the density of Student's t, by the trapezoidal rule. */
  function tailByIntegration(t: number, degrees: number): number {
    const density = (x: number): number => (1 + x ** 2 / degrees) ** (-(degrees + 1) / 2);
    // x = tan(a): the whole line becomes an interval, the ends contribute nothing.
    const integral = (from: number): number => {
      const steps = 20_000;
      const width = (Math.PI / 2 - from) / steps;
      let sum = 0;
      for (let i = 0; i < steps; i++) {
        const angle = from + (i + 0.5) * width;
        sum += density(Math.tan(angle)) / Math.cos(angle) ** 2;
      }
      return sum * width;
    };
    return integral(Math.atan(t)) / integral(0);
  }

  it.each([
    { values: [1.2, 0.4, 2.2, -0.3], limit: 0 },
    { values: [1.2, 0.4, 2.2, -0.3, 0.9], limit: 0.5 },
    { values: [24.1, 25.3, 24.9, 26.2, 25.5, 24.4, 25.1, 25.8], limit: 27 },
  ])('is the area of both tails: $values against $limit', ({ values, limit }) => {
    const t =
      (Math.abs(mean(values) - limit) * Math.sqrt(values.length)) / standardDeviation(values);
    // Error of the midpoint rule with 20,000 steps of a smooth function: below 1e-8.
    expect(studentProbability(values, limit)).toBeCloseTo(
      tailByIntegration(t, values.length - 1),
      7,
    );
  });

  it('is 0.05 at a limit of the 95 % interval', () => {
    const values = [1.2, 0.4, 2.2, -0.3, 0.9];
    expect(studentProbability(values, studentInterval(values)?.low ?? NaN)).toBeCloseTo(0.05, 10);
  });

  it('has no doubt about equal values, and nothing to say about one', () => {
    expect(studentProbability([2, 2, 2], 1)).toBe(0);
    expect(studentProbability([2, 2, 2], 2)).toBe(1);
    expect(studentProbability([2], 1)).toBeUndefined();
  });
});

describe('holmAdjusted(probabilities)', () => {
  it('multiplies the smallest p by the number of tests, the next by one less', () => {
    // By hand: 0.01, 0.02, 0.03, 0.04 in order become 4 · 0.01 = 0.04, 3 · 0.02 = 0.06,
    // max(0.06, 2 · 0.03) = 0.06, max(0.06, 1 · 0.04) = 0.06.
    const adjusted = holmAdjusted([0.03, 0.01, 0.04, 0.02]);
    [0.06, 0.04, 0.06, 0.06].forEach((expected, i) => {
      expect(adjusted[i]).toBeCloseTo(expected, 12);
    });
  });

  it('leaves a single test alone, and no p above 1', () => {
    expect(holmAdjusted([0.04])).toEqual([0.04]);
    expect(holmAdjusted([0.6, 0.9])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
  });
});

describe('sampleSizeNeeded(values, limit)', () => {
  /** Blind minus conventional in dB, seeds 0 to 4 of the first reference results. */
  const MARGINS = [0.4141, -0.6048, 4.241, 0.0804, 3.4894];
  /** The same with a symmetric kernel. */
  const SYMMETRIC = [1.689, 0.7467, 4.0955, 2.0628, 2.7465];

  it('is 19 seeds for the blind method, 5 for the symmetric kernel', () => {
    expect(sampleSizeNeeded(MARGINS, 0)).toBe(19);
    expect(sampleSizeNeeded(SYMMETRIC, 0)).toBe(5);
  });

  it('is the smallest n that a search one by one finds', () => {
    const values = [0.3, 1.1, -0.6, 0.9];
    const isEnough = (n: number): boolean =>
      ((studentQuantile(0.95, n - 1) + studentQuantile(0.6, n - 1)) * standardDeviation(values)) /
        Math.sqrt(n) <=
      mean(values);
    let n = 2;
    while (!isEnough(n)) n++;
    expect(sampleSizeNeeded(values, 0)).toBe(n);
  });

  it('gives a t test a power of 80 %', () => {
    // Two points one standard deviation apart from their mean: the spread is exactly 1, the mean 1.
    const n = sampleSizeNeeded([1 - Math.SQRT1_2, 1 + Math.SQRT1_2], 0) ?? NaN;
    const stream = createRandomStream(2, 'power');
    let decided = 0;
    for (let i = 0; i < TRIALS; i++) {
      const { low } = studentInterval(Array.from({ length: n }, () => 1 + stream.normal())) ?? {};
      if ((low ?? NaN) > 0) decided++;
    }
    // The approximation takes t for the noncentral t and rounds n up: up to 5 % more at n near 10.
    expect(decided / TRIALS).toBeGreaterThan(0.78);
    expect(decided / TRIALS).toBeLessThan(0.87);
  });

  it('gives up on a margin at its limit', () => {
    expect(sampleSizeNeeded([1, -1], 0)).toBeUndefined();
    expect(sampleSizeNeeded([1000.1, -1000], 0)).toBeUndefined();
  });
});

describe('estimate(samples)', () => {
  /** One row, scores made of the chance of a seed, of a volume, and of both. */
  function drawn(
    stream: RandomStream,
    [seeds, volumes]: readonly [number, number],
    [ofSeed, ofVolume, ofBoth]: readonly [number, number, number],
  ): RowScores {
    const shifts = Array.from({ length: volumes }, () => ofVolume * stream.normal());
    const runs = Array.from({ length: seeds }, (_, seed) => {
      const level = ofSeed * stream.normal();
      const scoreOf = (shift: number): number => level + shift + ofBoth * stream.normal();
      return {
        seed,
        data: 'shared',
        volumes: shifts.map((shift, i) => ({
          volume: `test-${i}`,
          scores: { psnr: scoreOf(shift) },
        })),
      };
    });
    return { id: 'row', trained: true, runs };
  }

  it.each([
    { counts: [5, 4], spreads: [1, 1, 0] },
    { counts: [5, 4], spreads: [1, 0, 0.5] },
    { counts: [5, 4], spreads: [0, 1, 0.5] },
    { counts: [5, 3], spreads: [0.5, 1, 0.2] },
    { counts: [8, 4], spreads: [1, 1, 1] },
  ] as const)('covers seeds that share volumes, $counts: $spreads', ({ counts, spreads }) => {
    const covered = coverage((stream) =>
      estimate(samplesOf([drawn(stream, counts, spreads)], (score) => score('psnr', 'row'))),
    );
    expect(covered).toBeGreaterThan(PROMISED);
  });

  it('takes either interval alone where the other source of chance is missing', () => {
    const seeds = [1, 2, 4];
    const alone = studentInterval(seeds);
    expect(estimate({ seeds, volumes: [] })).toMatchObject({ ...alone, over: 'seeds', n: 3 });
    expect(estimate({ seeds: [7 / 3], volumes: seeds })).toMatchObject({
      ...alone,
      ...{ over: 'volumes', n: 3 },
    });
    const wide = studentInterval([0, 7 / 3, 14 / 3]);
    expect(estimate({ seeds, volumes: [0, 7 / 3, 14 / 3] })).toMatchObject({
      ...wide,
      ...{ over: 'seeds', n: 3, volumes: 3 },
    });
  });
});

describe('summarizeScores(row)', () => {
  const volumes = (...values: number[]) =>
    values.map((psnr, index) => ({ volume: `test-${index}`, scores: { psnr } }));

  it('takes means of seeds where each has its own data', () => {
    const { psnr } = summarizeScores({
      ...{ id: 'proposed', trained: true },
      runs: [
        { seed: 0, data: 'a', volumes: volumes(20, 22) },
        { seed: 1, data: 'b', volumes: volumes(24, 26) },
      ],
    });
    expect(psnr).toMatchObject({ mean: 23, n: 2, over: 'seeds', values: [21, 25] });
    expect(psnr).not.toHaveProperty('volumes');
    // Half width t(1) s / sqrt 2 = 12.706 * 2.828 / 1.414 = 25.41.
    expect(psnr.high).toBeCloseTo(23 + 25.412, 2);
  });

  it('adds the chance of the volumes where seeds share them', () => {
    const { psnr } = summarizeScores({
      ...{ id: 'proposed', trained: true },
      runs: [
        { seed: 0, data: 'a', volumes: volumes(20, 30) },
        { seed: 1, data: 'a', volumes: volumes(21, 31) },
      ],
    });
    expect(psnr).toMatchObject({ mean: 25.5, n: 2, over: 'seeds', volumes: 2, values: [25, 26] });
    // Over volumes 20.5 and 30.5: half width 12.706 * 7.071 / 1.414 = 63.53; over seeds 6.35.
    expect(psnr.high).toBeCloseTo(25.5 + 63.531, 2);
  });

  it('takes the volumes of a single seed, and says so', () => {
    const { psnr } = summarizeScores({
      ...{ id: 'input', trained: false },
      runs: [{ seed: null, data: 'a', volumes: volumes(22, 23, 24) }],
    });
    expect(psnr).toMatchObject({ mean: 23, n: 3, over: 'volumes', values: [22, 23, 24] });
  });

  it('gives no limits for a single value', () => {
    const runs = [{ seed: null, data: 'a', volumes: volumes(22) }];
    const { psnr } = summarizeScores({ id: 'input', trained: false, runs });
    expect(psnr).toEqual({ mean: 22, low: null, high: null, n: 1, over: 'volumes', values: [22] });
  });
});
