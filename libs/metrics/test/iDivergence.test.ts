import { describe, expect, it } from 'vitest';
import { iDivergence } from '../src/index.ts';
import { randomVolume, valuesOf, volumeOf } from './volumes.ts';

describe('iDivergence(estimate, truth)', () => {
  it('is 0 for equal volumes and positive otherwise', () => {
    const [a, b] = [randomVolume([3, 3, 3], 1), randomVolume([3, 3, 3], 2)];
    expect(iDivergence(a, a)).toBe(0);
    expect(iDivergence(a, b)).toBeGreaterThan(0);
  });

  it('follows the formula, with 0 log 0 = 0', () => {
    const truth = valuesOf([1, 1, 3], (_z, _y, x) => [2, 0, 1][x]);
    const estimate = valuesOf([1, 1, 3], (_z, _y, x) => [1, 3, 1][x]);
    expect(iDivergence(estimate, truth)).toBeCloseTo((2 * Math.log(2) - 2 + 1 + 3) / 3, 14);
  });

  it('is infinite where the estimate rules out what is there', () => {
    expect(
      iDivergence(
        volumeOf([1, 1, 1], () => 0),
        volumeOf([1, 1, 1], () => 1),
      ),
    ).toBe(Infinity);
  });

  it('rejects negative intensities', () => {
    const one = volumeOf([1, 1, 1], () => 1);
    const negative = volumeOf([1, 1, 1], () => -1);
    expect(() => iDivergence(negative, one)).toThrow(
      /iDivergence: every value of estimate must be at least 0, got -1/,
    );
  });
});
