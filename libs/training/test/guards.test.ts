import { describe, expect, it } from 'vitest';
import { TrainingFailure, watchDiscriminators, watchOutput, type Streaks } from '../src/guards.ts';

const HEALTHY = { discriminatorSharp: 0.2, discriminatorSharpSpread: 0.3 };

/**
 * What is thrown when the same losses come again and again, and at which step; null after 1000
 * steps.
 */
function repeat(
  losses: Readonly<Record<string, number>>,
  ganLoss: 'least-squares' | 'wasserstein-gp' = 'least-squares',
  start: Streaks = {},
): TrainingFailure | null {
  let streaks = start;
  for (let step = 1; step <= 1000; step++) {
    try {
      streaks = watchDiscriminators(step, losses, ganLoss, streaks);
    } catch (error) {
      expect(error).toBeInstanceOf(TrainingFailure);
      return error as TrainingFailure;
    }
  }
  return null;
}

describe('watchDiscriminators(step, losses, ganLoss, streaks)', () => {
  it('lets a discriminator alone that is sometimes wrong, or near chance', () => {
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

  it('stops when one answers the same to everything', () => {
    const failure = repeat({ discriminatorSharp: 0.25, discriminatorSharpSpread: 1e-7 });
    expect(failure?.message).toContain(
      'the discriminator of the sharp domain has collapsed for 200 updates',
    );
  });

  it('does not take the unbounded values of a critic for a victory, but sees its collapse', () => {
    expect(
      repeat({ discriminatorSharp: -1e3, discriminatorSharpSpread: 50 }, 'wasserstein-gp'),
    ).toBeNull();
    expect(
      repeat({ discriminatorSharp: 0, discriminatorSharpSpread: 0 }, 'wasserstein-gp')?.step,
    ).toBe(200);
  });

  it('counts on end: one good update starts the count again, and a saved count goes on', () => {
    const ill = { discriminatorSharp: 0.001, discriminatorSharpSpread: 0.5 };
    let streaks: Streaks = {};
    for (let step = 1; step < 200; step++)
      streaks = watchDiscriminators(step, ill, 'least-squares', streaks);
    const recovered = watchDiscriminators(200, HEALTHY, 'least-squares', streaks);
    expect(repeat(ill, 'least-squares', recovered)?.step).toBe(200);
    const saved = JSON.parse(JSON.stringify(streaks)) as Streaks;
    expect(repeat(ill, 'least-squares', saved)?.step).toBe(1);
  });
});

describe('watchOutput(step, standardDeviation, last, streaks)', () => {
  it('forgives one constant output, not two on end, and none at the last update', () => {
    const once = watchOutput(10, 1e-5, false, {});
    expect(() => watchOutput(20, 1e-5, false, once)).toThrow(
      "training stopped at step 20: the sharp generator's output is constant (standard deviation 1.0e-5)",
    );
    expect(() => watchOutput(30, 1e-5, false, watchOutput(20, 0.1, false, once))).not.toThrow();
    expect(() => watchOutput(10, NaN, true, {})).toThrow(TrainingFailure);
  });
});
