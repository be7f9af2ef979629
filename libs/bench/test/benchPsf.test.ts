import { describe, expect, it } from 'vitest';
import { benchPsf } from '../src/benchPsf.ts';

describe('benchPsf(repetitions)', () => {
  it('measures every volume beside its limit', () => {
    for (const { bestMs, firstMs, limitMs } of benchPsf(0)) {
      expect(bestMs).toBeGreaterThan(0);
      expect(bestMs).toBe(firstMs);
      expect(limitMs).toBeGreaterThan(0);
    }
  });
});
