import { describe, expect, it } from 'vitest';
import { benchPsf } from '../src/benchPsf.ts';

describe('benchPsf(repetitions)', () => {
  it('measures every volume, well within reach of its limit', () => {
    for (const { bestMs, firstMs, limitMs } of benchPsf(1)) {
      expect(bestMs).toBeGreaterThan(0);
      expect(bestMs).toBeLessThanOrEqual(firstMs);
      // Ten times the limit: this catches a lost symmetry, and no busy machine fails it. `bench psf` shows the figures.
      expect(bestMs).toBeLessThan(10 * limitMs);
    }
  });
});
