import { describe, expect, it } from 'vitest';
import { besselJ01, besselJ2 } from '../src/besselJ.ts';
import { besselReference } from './reference.ts';

describe('besselJ01(x), besselJ2(x)', () => {
  it('agree with mpmath (fixture bessel-mpmath)', () => {
    const pair = new Float64Array(2);
    for (const [x, j0, j1, j2] of besselReference) {
      besselJ01(x, pair);
      // A few roundings of the envelope √(2/πx): the functions cross zero, so no relative bound
      // holds.
      const tolerance = 1e-15 / Math.sqrt(Math.max(1, x));
      expect(Math.abs(pair[0] - j0)).toBeLessThan(tolerance);
      expect(Math.abs(pair[1] - j1)).toBeLessThan(tolerance);
      expect(Math.abs(besselJ2(x, pair[0], pair[1]) - j2)).toBeLessThan(tolerance);
    }
  });

  it('keep the leading terms near zero', () => {
    const pair = new Float64Array(2);
    besselJ01(1e-6, pair);
    expect(pair[1] / 5e-7).toBeCloseTo(1, 12);
    expect(besselJ2(1e-6, pair[0], pair[1]) / 1.25e-13).toBeCloseTo(1, 12);
  });

  it('join without a step where the series meet', () => {
    const below = new Float64Array(2);
    const above = new Float64Array(2);
    besselJ01(24 - 1e-12, below);
    besselJ01(24, above);
    // The slope is below 1, so 1e-12 apart the values differ by less than 1e-12 and rounding.
    expect(Math.abs(above[0] - below[0])).toBeLessThan(1.1e-12);
    expect(Math.abs(above[1] - below[1])).toBeLessThan(1.1e-12);
  });
});
