import { describe, expect, it } from 'vitest';
import {
  TrainingFailure,
  watchDiscriminators,
  watchOutput,
  type ConsecutiveCounts,
} from '../src/guards.ts';

const HEALTHY = { discriminatorSharp: 0.2, discriminatorSharpSpread: 0.3 };

/**
 * What is thrown when the same losses come again and again, and at which step; null after 1000
 * steps.
 */
function repeat(
  losses: Readonly<Record<string, number>>,
  ganLoss: 'least-squares' | 'wasserstein-gp' = 'least-squares',
  start: ConsecutiveCounts = {},
): TrainingFailure | null {
  let consecutive = start;
  for (let step = 1; step <= 1000; step++) {
    try {
      consecutive = watchDiscriminators(step, losses, ganLoss, consecutive);
    } catch (error) {
      expect(error).toBeInstanceOf(TrainingFailure);
      return error as TrainingFailure;
    }
  }
  return null;
}

describe('watchDiscriminators(step, losses, ganLoss, consecutive)', () => {
  it('accepts a discriminator that is sometimes wrong, or near chance', () => {
    expect(repeat(HEALTHY)).toBeNull();
    expect(repeat({ discriminatorSharp: 0.25, discriminatorSharpSpread: 0.02 })).toBeNull();
    expect(repeat({ pixel: 1 })).toBeNull();
  });

  it('stops when one has won for 200 updates, and says which and when', () => {
    const failure = repeat({ discriminatorBlurred: 0.002, discriminatorBlurredSpread: 0.5 });
    expect(failure?.step).toBe(200);
    expect(failure?.message).toBe(
      'training stopped at step 200: the discriminator of the blurred domain has won for 200 updates (loss 2.0e-3)',
    );
  });

  it('stops when one gives the same score to everything', () => {
    const failure = repeat({ discriminatorSharp: 0.25, discriminatorSharpSpread: 1e-7 });
    expect(failure?.message).toContain(
      'the discriminator of the sharp domain has collapsed for 200 updates',
    );
  });

  it('does not count the unbounded values of a critic as winning, but detects its collapse', () => {
    expect(
      repeat({ discriminatorSharp: -1e3, discriminatorSharpSpread: 50 }, 'wasserstein-gp'),
    ).toBeNull();
    expect(
      repeat({ discriminatorSharp: 0, discriminatorSharpSpread: 0 }, 'wasserstein-gp')?.step,
    ).toBe(200);
  });

  it('counts consecutive updates: one good update resets the count, and a saved count goes on', () => {
    const degenerate = { discriminatorSharp: 0.001, discriminatorSharpSpread: 0.5 };
    let consecutive: ConsecutiveCounts = {};
    for (let step = 1; step < 200; step++)
      consecutive = watchDiscriminators(step, degenerate, 'least-squares', consecutive);
    const recovered = watchDiscriminators(200, HEALTHY, 'least-squares', consecutive);
    expect(repeat(degenerate, 'least-squares', recovered)?.step).toBe(200);
    const saved = JSON.parse(JSON.stringify(consecutive)) as ConsecutiveCounts;
    expect(repeat(degenerate, 'least-squares', saved)?.step).toBe(1);
  });
});

describe('watchOutput(step, standardDeviation, last, consecutive)', () => {
  it('allows one constant output, not two consecutive ones, and none at the last update', () => {
    const once = watchOutput(10, 1e-6, false, {});
    expect(() => watchOutput(20, 1e-6, false, once)).toThrow(
      "training stopped at step 20: the sharp generator's output is constant (standard deviation 1.0e-6)",
    );
    expect(() => watchOutput(30, 1e-6, false, watchOutput(20, 0.1, false, once))).not.toThrow();
    expect(() => watchOutput(10, NaN, true, {})).toThrow(TrainingFailure);
  });
});
