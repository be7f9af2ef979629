import { describe, expect, it } from 'vitest';
import { relativeResidual } from '../src/index.ts';

describe('relativeResidual(observed, blurredAgain, background)', () => {
  it('is the norm of what is unexplained over that of the light above the background', () => {
    // Light 3, 4, 0 of norm 5; unexplained 0, 0, 2.
    const observed = Float32Array.of(13, 14, 10);
    expect(relativeResidual(observed, Float32Array.of(3, 4, 2), 10)).toBeCloseTo(2 / 5, 12);
  });

  it('is 0 for the data themselves and 1 for an empty estimate', () => {
    const observed = Float32Array.of(1, 2, 3);
    expect(relativeResidual(observed, observed, 0)).toBe(0);
    expect(relativeResidual(observed, new Float32Array(3), 0)).toBe(1);
  });
});
